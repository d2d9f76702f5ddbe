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
    ($($test:ident: $flaw:ident fails $scenario:ident;)+) => {
        $(
            #[tokio::test]
            async fn $test() {
                let failed = failed(Flaw::$flaw).await;
                assert!(failed.contains(&stringify!($scenario)), "it failed these alone: {failed:?}");
            }
        )+
    };
}

mutants! {
    swallowing_a_cut_is_found: SwallowsCut fails a_cut_stream_is_interrupted;
    taking_the_end_of_the_body_for_the_end_of_the_answer_is_found: SwallowsCut fails a_stream_without_its_end_is_interrupted;
    two_terminal_items_are_found: TwoTerminals fails a_stream_is_whole;
    a_retry_is_found: Retries fails a_broken_upstream_is_told;
    a_shown_key_is_found: LeaksKey fails the_key_is_never_shown;
    a_key_in_debug_is_found: DebugsKey fails the_key_is_never_shown;
    a_lost_wait_is_found: IgnoresRetryAfter fails a_rate_limit_is_told_with_its_wait;
    a_panic_on_the_unknown_is_found: PanicsOnUnknown fails unknown_fields_of_an_answer_survive;
    a_lost_unknown_field_is_found: LosesUnknown fails unknown_fields_of_an_answer_survive;
    a_lost_request_field_is_found: LosesExtra fails unknown_fields_of_a_request_are_sent;
    text_decoded_by_the_piece_is_found: DecodesPieces fails any_chunking_gives_the_same_events;
    a_call_that_is_not_announced_is_found: NeverSaysSent fails the_attempt_is_told_that_it_leaves;
    a_call_that_is_announced_too_late_is_found: SaysSentLate fails the_attempt_is_told_that_it_leaves;
    a_connection_that_is_kept_is_found: KeepsReading fails a_dropped_stream_hangs_up;
    an_overlooked_error_event_is_found: OverlooksErrors fails an_error_in_a_stream_ends_it;
    an_overlooked_error_body_is_found: OverlooksErrors fails an_error_in_a_good_status_is_an_error;
    a_followed_redirect_is_found: FollowsRedirects fails a_redirect_is_not_followed;
    a_bill_that_is_not_expected_is_found: NeverBilled fails a_cut_stream_is_interrupted;
}

#[tokio::test]
async fn a_scenario_that_does_not_exist_is_an_error() {
    let subject = Subject::new(reference, Replies::openai_chat());
    assert!(conformance::run("none", &subject).await.is_err());
}
