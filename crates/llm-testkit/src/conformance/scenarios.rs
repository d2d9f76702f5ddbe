//! The scenarios, a function each. They say what is wrong, or nothing.

use futures_util::future::BoxFuture;

use super::{Outcome, Subject};

mod broken;
mod cancelled;
mod good;
mod refused;
mod secret;

pub use broken::*;
pub use cancelled::*;
pub use good::*;
pub use refused::*;
pub use secret::*;

/// A scenario, to be run.
pub type Scenario = fn(Subject) -> BoxFuture<'static, Outcome>;

/// Makes the list of scenarios.
#[doc(hidden)]
#[macro_export]
macro_rules! __scenario_list {
    ([$($name:ident)*] $scenario:ident) => {
        /// Every scenario, with its name.
        pub const SCENARIOS: &[(&str, $scenario)] =
            &[$((stringify!($name), |subject| Box::pin(async move { $name(&subject).await }))),*];
    };
}

crate::__each_scenario! { __scenario_list Scenario }
