//! The provider of a platform team: models that the company runs itself, behind an API of its own called Quill.
//!
//! `POST /answer` takes turns and gives an answer, whole as a JSON object or, with `"stream": true`, as one JSON object
//! a line. Read the files in the order of a call: [`config`](InHouseConfig), `provider`, `wire`, `error`.

mod config;
mod error;
mod provider;
mod wire;

pub use config::InHouseConfig;
pub use provider::InHouse;
