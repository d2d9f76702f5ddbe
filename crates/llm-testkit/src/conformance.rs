//! What holds for every provider, as tests that any provider can run.
//!
//! The author says how to make the provider for a base URL and gives the vendor's [`Replies`] in the vendor's own
//! dialect; [`conformance!`](crate::conformance!) makes a test of each scenario. The crate's own page has an example.
//!
//! A scenario is also a function, so that a suite can be run by hand: [`run`] and [`SCENARIOS`].
//!
//! A provider that calls nobody has no base URL and no dialect: what holds for it is in [`local`].

use std::{fmt, sync::Arc, time::Duration};

use llm_provider::{Provider, SharedProvider};

mod attempt;
mod checks;
pub mod local;
mod observer;
mod openai;
mod replies;
mod scenarios;
mod scene;

pub use replies::{HttpError, Replies};
pub use scenarios::*;

/// The key that the provider under test must use: the suite looks for it where it must not be.
pub const KEY: &str = "sk-conformance-7f3e9c52a1d84b60";
/// The text of the answers: characters of one to four bytes.
pub const TEXT: &str = "Grüße, 水 and 🌍!";
/// The tool that the tool answers call.
pub const TOOL: &str = "get_weather";
/// The arguments that they call it with, as JSON.
pub const ARGUMENTS: &str = r#"{"city":"Zürich"}"#;
/// A value of fields that nobody knows: it must come through.
pub const SURVIVOR: &str = "survivor-5c1d";

/// How long a scenario may take: far longer than any needs, so that it fails instead of hanging.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// What a scenario found: nothing, or what is wrong.
pub type Outcome = Result<(), String>;

/// The provider under test, and its vendor's replies.
#[derive(Clone)]
pub struct Subject {
    make: Arc<dyn Fn(&str) -> SharedProvider + Send + Sync>,
    pub(crate) replies: Replies,
}

impl Subject {
    /// The provider that `make` makes for a base URL (`http://127.0.0.1:<port>`, no slash behind it), with the key
    /// [`KEY`], no retries and no limit on time below half a minute.
    pub fn new<P: Provider>(make: impl Fn(&str) -> P + Send + Sync + 'static, replies: Replies) -> Self {
        Self { make: Arc::new(move |base_url| Arc::new(make(base_url))), replies }
    }

    pub(crate) fn provider(&self, base_url: &str) -> SharedProvider {
        (self.make)(base_url)
    }
}

impl fmt::Debug for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Subject").finish_non_exhaustive()
    }
}

/// Runs the scenario of this name. A panic of the provider, and half a minute without an end, are findings too.
///
/// # Errors
///
/// What is wrong with the provider, or that there is no such scenario.
pub async fn run(name: &str, subject: &Subject) -> Outcome {
    let scenario = SCENARIOS.iter().find(|(known, _)| *known == name);
    let (_, scenario) = scenario.ok_or_else(|| format!("there is no scenario `{name}`"))?;
    judge(name, scenario(subject.clone())).await
}

/// What came of a scenario, under its name.
async fn judge(name: &str, scenario: impl Future<Output = Outcome> + Send + 'static) -> Outcome {
    match tokio::spawn(tokio::time::timeout(PATIENCE, scenario)).await {
        Ok(Ok(outcome)) => outcome.map_err(|wrong| format!("{name}: {wrong}")),
        Ok(Err(_)) => Err(format!("{name}: not over after {PATIENCE:?}")),
        Err(panic) => Err(format!("{name}: it panicked: {panic}")),
    }
}

/// Makes a test of each scenario, in a module `conforms`.
///
/// The first argument makes the provider: a function or closure from the base URL (`&str`). The second is the vendor's
/// [`Replies`]. Your crate needs `tokio` with `macros` and `rt` as a dev-dependency.
#[macro_export]
macro_rules! conformance {
    ($make:expr, $replies:expr $(,)?) => {
        $crate::__each_scenario! { __conformance_tests [conformance] Subject($make, $replies) }
    };
}

/// Makes the tests of a suite: the module that has its `run`, its subject, and what that is made of.
#[doc(hidden)]
#[macro_export]
macro_rules! __conformance_tests {
    ([$($name:ident)*] [$($suite:ident)::+] $subject:ident($($part:expr),+)) => {
        fn conforming_subject() -> $crate::$($suite)::+::$subject {
            $crate::$($suite)::+::$subject::new($($part),+)
        }

        mod conforms {
            use $crate::$($suite)::+::run;

            $(
                #[::tokio::test]
                async fn $name() {
                    if let Err(wrong) = run(stringify!($name), &super::conforming_subject()).await {
                        panic!("{wrong}");
                    }
                }
            )*
        }
    };
}

/// Hands the names of all scenarios to another macro of this crate.
#[doc(hidden)]
#[macro_export]
macro_rules! __each_scenario {
    ($then:ident $($with:tt)*) => {
        $crate::$then! { [
            a_whole_answer_is_whole
            a_stream_is_whole
            stream_and_whole_answer_agree
            tools_are_called
            any_chunking_gives_the_same_events
            signs_of_life_are_no_content
            the_attempt_is_told_that_it_leaves
            the_attempt_id_is_sent
            the_upstream_id_is_told
            a_cut_stream_is_interrupted
            a_reset_stream_is_interrupted
            a_stream_without_its_end_is_interrupted
            an_error_in_a_stream_ends_it
            an_error_in_a_good_status_is_an_error
            a_refused_key_is_told
            a_rate_limit_is_told_with_its_wait
            a_wait_that_makes_no_sense_is_ignored
            a_broken_upstream_is_told
            an_empty_body_is_no_answer
            half_a_body_is_no_answer
            a_body_that_is_cut_is_no_answer
            garbage_is_no_answer
            a_reset_before_the_head_is_told
            a_refused_connection_is_told
            a_dropped_stream_hangs_up
            a_dropped_call_hangs_up
            unknown_fields_of_an_answer_survive
            unknown_fields_of_a_request_are_sent
            a_redirect_is_not_followed
            the_key_is_never_shown
        ] $($with)* }
    };
}
