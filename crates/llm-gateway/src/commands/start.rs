//! What most commands begin with: configuration, logging, the service.

use std::time::Duration;

use llm_services::{Environment, LlmConfig, LlmService, Sources};
use tracing_subscriber::EnvFilter;

use crate::{cli::Global, failure::Failure, output::Output};

/// How long rows may be on their way when a command ends.
pub(crate) const LEDGER_TIMEOUT: Duration = Duration::from_secs(10);

/// The configuration as file, environment and flags say.
pub(crate) fn configure(global: &Global) -> Result<LlmConfig, Failure> {
    let mut sources = Sources::new(Environment::of_process());
    if let Some(file) = &global.config {
        sources = sources.with_file(file);
    }
    for setting in &global.settings {
        let (key, value) = setting.split_once('=').ok_or_else(|| {
            Failure::usage(format!(
                "`--set {setting}` has no `=`; write `--set key=value`, such as `--set cache.enabled=true`"
            ))
        })?;
        sources = sources.with_flag(format!("--set {key}"), key, value);
    }
    LlmConfig::load(sources).map_err(|errors| Failure::usage(errors.to_string()))
}

/// The service, ready for calls.
pub(crate) async fn start(global: &Global, output: &mut Output) -> Result<LlmService, Failure> {
    let config = configure(global)?;
    log_as(&config, output);
    Ok(LlmService::builder().config(config).build().await?)
}

/// Logs to standard error: lines for people, JSON for programs. It can be set once in a process.
pub(crate) fn log_as(config: &LlmConfig, output: &mut Output) {
    // Drivers and HTTP stacks chat at `info`; what matters of them comes through our own errors.
    let filter = EnvFilter::new(format!("warn,llm={level}", level = config.log_level))
        .add_directive(tracing::level_filters::LevelFilter::WARN.into());
    let filter = [
        "llm_gateway",
        "llm_services",
        "llm_request_log",
        "llm_layers",
        "llm_cache",
        "llm_openrouter",
        "llm_http",
    ]
    .iter()
    .filter_map(|target| format!("{target}={}", config.log_level).parse().ok())
    .fold(filter, EnvFilter::add_directive);
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let set = if output.is_json() { lines.json().try_init() } else { lines.try_init() };
    // It was set before, by whoever runs us in their own process: theirs stands.
    drop(set);
    for warning in config.warnings() {
        output.note(&format!("warning: {warning}"));
    }
}
