//! `check-config`.

use llm_services::LlmService;

use super::start::configure;
use crate::{cli::Global, failure::Failure, output::Output};

pub(crate) fn run(global: &Global, output: &mut Output) -> Result<(), Failure> {
    let config = configure(global)?;
    if output.is_json() {
        output.value(&config.to_json_redacted())?;
    } else {
        output.text(&config.to_toml_redacted())?;
    }
    for warning in config.warnings() {
        output.note(&format!("warning: {warning}"));
    }
    for hint in LlmService::builder().config(config).hints()? {
        output.note(&format!("note: {hint}"));
    }
    output.note("the configuration is good");
    Ok(())
}
