//! What holds for a provider without an upstream: built-in models, or a model in this process.
//!
//! There is nobody to script, so the provider itself has models that go wrong to order, and [`LocalModels`] names
//! them. [`local_conformance!`](crate::local_conformance!) makes a test of each scenario.

use std::{fmt, sync::Arc};

use futures_util::future::BoxFuture;
use llm_provider::{Provider, SharedProvider};

use super::{Outcome, attempt::Attempt, checks::request, judge};

mod broken;
mod good;
mod left;

pub use broken::*;
pub use good::*;
pub use left::*;

/// The models of the provider under test, each by its own name, without the provider's prefix.
///
/// With `None` a scenario has nothing to look at and passes. As with [`Replies`](super::Replies), a field that is
/// added later breaks the build of every author on purpose.
#[derive(Clone, Copy, Debug)]
pub struct LocalModels {
    /// One that answers, the same whether streamed or not, and says what that costs.
    pub whole: &'static str,
    /// One whose answer breaks off after a part of its text.
    pub cut: Option<&'static str>,
    /// One that refuses every call as one too many, with a wait.
    pub rate_limited: Option<&'static str>,
    /// One that fails every call in a way that may pass.
    pub broken: Option<&'static str>,
    /// One that there is not; `None` where every name is a model.
    pub unknown: Option<&'static str>,
}

/// The provider under test, and its models.
#[derive(Clone)]
pub struct LocalSubject {
    make: Arc<dyn Fn() -> SharedProvider + Send + Sync>,
    models: LocalModels,
}

impl LocalSubject {
    /// The provider that `make` makes, a new one for each scenario.
    pub fn new<P: Provider>(make: impl Fn() -> P + Send + Sync + 'static, models: LocalModels) -> Self {
        Self { make: Arc::new(move || Arc::new(make())), models }
    }

    /// An attempt of a new provider at this model.
    fn attempt(&self, model: &str) -> Attempt {
        attempt_at((self.make)(), model)
    }

    /// The models that fail.
    fn failing(&self) -> impl Iterator<Item = &'static str> + use<> {
        let LocalModels { whole: _, cut, rate_limited, broken, unknown } = self.models;
        [cut, rate_limited, broken, unknown].into_iter().flatten()
    }
}

fn attempt_at(provider: SharedProvider, model: &str) -> Attempt {
    let mut request = request();
    model.clone_into(&mut request.model);
    Attempt::new(provider, request)
}

impl fmt::Debug for LocalSubject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LocalSubject").field("models", &self.models).finish_non_exhaustive()
    }
}

/// A scenario, to be run.
pub type LocalScenario = fn(LocalSubject) -> BoxFuture<'static, Outcome>;

/// Runs the scenario of this name, as [`super::run`] does.
///
/// # Errors
///
/// What is wrong with the provider, or that there is no such scenario.
pub async fn run(name: &str, subject: &LocalSubject) -> Outcome {
    let scenario = SCENARIOS.iter().find(|(known, _)| *known == name);
    let (_, scenario) = scenario.ok_or_else(|| format!("there is no scenario `{name}`"))?;
    judge(name, scenario(subject.clone())).await
}

/// Makes a test of each scenario for a provider without an upstream, in a module `conforms`.
///
/// The first argument makes the provider: a function or closure without arguments. The second is its
/// [`LocalModels`](crate::conformance::local::LocalModels). Your crate needs `tokio` with `macros` and `rt` as a
/// dev-dependency.
#[macro_export]
macro_rules! local_conformance {
    ($make:expr, $models:expr $(,)?) => {
        $crate::__each_local_scenario! { __conformance_tests [conformance::local] LocalSubject($make, $models) }
    };
}

/// Hands the names of all local scenarios to another macro of this crate.
#[doc(hidden)]
#[macro_export]
macro_rules! __each_local_scenario {
    ($then:ident $($with:tt)*) => {
        $crate::$then! { [
            a_whole_answer_is_whole
            a_stream_is_whole
            stream_and_whole_answer_agree
            the_attempt_is_told_that_it_leaves
            the_upstream_id_is_told
            listed_models_carry_the_prefix
            a_cut_answer_is_no_answer
            a_cut_stream_is_interrupted
            a_rate_limit_is_told_with_its_wait
            a_broken_model_is_told
            an_unknown_model_is_not_found
            errors_name_their_provider
            a_dropped_stream_is_harmless
            a_dropped_call_is_harmless
        ] $($with)* }
    };
}

crate::__each_local_scenario! { __scenario_list LocalScenario }
