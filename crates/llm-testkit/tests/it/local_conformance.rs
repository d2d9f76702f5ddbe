//! A good provider without an upstream passes every local scenario; each broken one fails those that look for its flaw.

use llm_testkit::conformance::local::{self, LocalSubject, SCENARIOS};

use crate::local_reference::{Flaw, LocalReference, MODELS};

llm_testkit::local_conformance!(|| LocalReference::new(Flaw::None), MODELS);

/// Each flaw, and the scenarios that find it: these, and no other.
const MUTANTS: &[(Flaw, &[&str])] = &[
    (
        Flaw::SwallowsCut,
        &["a_cut_answer_is_no_answer", "a_cut_stream_is_interrupted", "errors_name_their_provider"],
    ),
    (
        Flaw::TwoTerminals,
        &[
            "a_stream_is_whole",
            "stream_and_whole_answer_agree",
            "the_attempt_is_told_that_it_leaves",
            "the_upstream_id_is_told",
            "a_dropped_stream_is_harmless",
            "a_dropped_call_is_harmless",
        ],
    ),
    (Flaw::LosesCost, &["a_whole_answer_is_whole", "a_stream_is_whole"]),
    (Flaw::StreamsForFree, &["stream_and_whole_answer_agree"]),
    (Flaw::NeverSaysSent, &["the_attempt_is_told_that_it_leaves"]),
    (Flaw::SaysSentTwice, &["the_attempt_is_told_that_it_leaves"]),
    (Flaw::HidesId, &["the_upstream_id_is_told"]),
    (Flaw::RepeatsId, &["the_upstream_id_is_told"]),
    (Flaw::LosesPart, &["a_cut_answer_is_no_answer", "a_cut_stream_is_interrupted"]),
    (Flaw::LosesWait, &["a_rate_limit_is_told_with_its_wait"]),
    (Flaw::BreaksForGood, &["a_broken_model_is_told"]),
    (Flaw::AnswersAnyModel, &["an_unknown_model_is_not_found", "errors_name_their_provider"]),
    (Flaw::HidesItself, &["errors_name_their_provider"]),
    (Flaw::ListsBareNames, &["listed_models_carry_the_prefix"]),
    (Flaw::StaysBusyAfterStream, &["a_dropped_stream_is_harmless"]),
    (Flaw::StaysBusyAfterCall, &["a_dropped_call_is_harmless"]),
];

#[tokio::test]
async fn each_broken_provider_is_found() {
    for (flaw, expected) in MUTANTS {
        let subject = LocalSubject::new(|| LocalReference::new(*flaw), MODELS);
        let mut failed = Vec::new();
        for (name, _) in SCENARIOS {
            if local::run(name, &subject).await.is_err() {
                failed.push(*name);
            }
        }
        assert_eq!(&failed, expected, "{flaw:?}");
    }
}

#[test]
fn each_scenario_can_fail() {
    let found = |name: &&str| MUTANTS.iter().any(|(_, failed)| failed.contains(name));
    let never: Vec<_> = SCENARIOS.iter().map(|(name, _)| *name).filter(|name| !found(name)).collect();
    assert!(never.is_empty(), "no broken provider fails these: {never:?}");
}

#[tokio::test]
async fn a_scenario_that_does_not_exist_is_an_error() {
    let subject = LocalSubject::new(|| LocalReference::new(Flaw::None), MODELS);
    assert!(local::run("none", &subject).await.is_err());
}
