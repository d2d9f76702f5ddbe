//! How a command fails, and with which exit code.

use std::process::ExitCode;

use llm_core::{Error, RequestId};

/// A failed command: what to print, and what to exit with.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) message: String,
    /// What an operator would want to know besides, when there is more.
    pub(crate) report: Option<String>,
    pub(crate) kind: &'static str,
    pub(crate) request_id: Option<RequestId>,
    code: u8,
}

impl Failure {
    /// Something broke: 1.
    pub(crate) fn call(message: impl Into<String>) -> Self {
        Self { message: message.into(), report: None, kind: "failed", request_id: None, code: 1 }
    }

    /// The command line or the configuration is wrong: 2, as clap has it.
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self { message: message.into(), report: None, kind: "usage", request_id: None, code: 2 }
    }

    /// `reconcile` found differences: 3.
    pub(crate) fn differences(message: impl Into<String>) -> Self {
        Self { message: message.into(), report: None, kind: "differences", request_id: None, code: 3 }
    }

    pub(crate) fn exit_code(&self) -> ExitCode {
        ExitCode::from(self.code)
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let code = match error.kind() {
            llm_core::ErrorKind::NotConfigured => 2,
            _ => 1,
        };
        Self {
            message: error.to_string(),
            report: Some(error.report()),
            kind: error.kind().as_str(),
            request_id: error.request_id(),
            code,
        }
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self::call(error.to_string())
    }
}
