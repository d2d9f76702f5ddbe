//! A good provider passes every scenario; each broken one fails at least one.

use llm_testkit::conformance::{self, Replies, SCENARIOS, Subject};

use crate::reference::{Flaw, Reference};

fn reference(base_url: &str) -> Reference {
    Reference::new(base_url, Flaw::None)
}

llm_testkit::conformance!(reference, Replies::openai_chat());

/// The scenarios that a provider with this flaw fails.
async fn failed(flaw: Flaw) -> Vec<&'static str> {
    let subject = Subject::new(move |base_url: &str| Reference::new(base_url, flaw), Replies::openai_chat());
    let mut failed = Vec::new();
    for (name, _) in SCENARIOS {
        if conformance::run(name, &subject).await.is_err() {
            failed.push(*name);
        }
    }
    failed
}

macro_rules! mutants {
    ($($test:ident: $flaw:ident fails $($scenario:ident),+;)+) => {
        $(
            #[tokio::test]
            async fn $test() {
                let failed = failed(Flaw::$flaw).await;
                for scenario in [$(stringify!($scenario)),+] {
                    assert!(failed.contains(&scenario), "{scenario} passed; it failed these alone: {failed:?}");
                }
            }
        )+

        /// The scenarios that some mutant fails.
        const FAILED: &[&str] = &[$($(stringify!($scenario)),+),+];
    };
}

mutants! {
    swallowing_a_cut_is_found: SwallowsCut fails
        a_cut_stream_is_interrupted, a_reset_stream_is_interrupted, a_stream_without_its_end_is_interrupted;
    two_terminal_items_are_found: TwoTerminals fails a_stream_is_whole;
    a_retry_is_found: Retries fails a_broken_upstream_is_told;
    a_shown_key_is_found: LeaksKey fails the_key_is_never_shown;
    a_key_in_debug_is_found: DebugsKey fails the_key_is_never_shown;
    a_lost_wait_is_found: IgnoresRetryAfter fails a_rate_limit_is_told_with_its_wait;
    a_wait_out_of_nothing_is_found: MakesUpWaits fails a_wait_that_makes_no_sense_is_ignored;
    a_panic_on_the_unknown_is_found: PanicsOnUnknown fails unknown_fields_of_an_answer_survive;
    a_lost_unknown_field_is_found: LosesUnknown fails unknown_fields_of_an_answer_survive;
    a_lost_request_field_is_found: LosesExtra fails unknown_fields_of_a_request_are_sent;
    text_decoded_by_the_piece_is_found: DecodesPieces fails any_chunking_gives_the_same_events;
    a_call_that_is_not_announced_is_found: NeverSaysSent fails the_attempt_is_told_that_it_leaves;
    a_call_that_is_announced_too_late_is_found: SaysSentLate fails the_attempt_is_told_that_it_leaves;
    a_connection_that_is_kept_is_found: KeepsReading fails a_dropped_stream_hangs_up;
    a_call_that_goes_on_is_found: KeepsCalling fails a_dropped_call_hangs_up;
    overlooked_errors_are_found: OverlooksErrors fails
        an_error_in_a_stream_ends_it, an_error_in_a_good_status_is_an_error;
    a_followed_redirect_is_found: FollowsRedirects fails a_redirect_is_not_followed;
    a_bill_that_is_not_expected_is_found: NeverBilled fails
        a_cut_stream_is_interrupted, a_body_that_is_cut_is_no_answer, a_reset_before_the_head_is_told;
    a_bill_for_nothing_is_found: SaysBilled fails a_refused_connection_is_told;
    an_attempt_that_is_not_named_is_found: HidesAttempt fails the_attempt_id_is_sent;
    a_lost_id_is_found: LosesId fails the_upstream_id_is_told;
    lost_usage_is_found: LosesUsage fails a_whole_answer_is_whole, stream_and_whole_answer_agree;
    lost_arguments_are_found: LosesArguments fails tools_are_called;
    mistaken_kinds_are_found: MistakesKinds fails a_refused_key_is_told, garbage_is_no_answer;
    a_comment_taken_for_an_event_is_found: DiesOfComments fails signs_of_life_are_no_content;
    half_an_answer_taken_for_one_is_found: TakesHalf fails half_a_body_is_no_answer, an_empty_body_is_no_answer;
}

#[test]
fn each_scenario_can_fail() {
    let never: Vec<_> =
        SCENARIOS.iter().map(|(name, _)| *name).filter(|name| !FAILED.contains(name)).collect();
    assert!(never.is_empty(), "no broken provider fails these: {never:?}");
}

#[tokio::test]
async fn a_scenario_that_does_not_exist_is_an_error() {
    let subject = Subject::new(reference, Replies::openai_chat());
    assert!(conformance::run("none", &subject).await.is_err());
}
