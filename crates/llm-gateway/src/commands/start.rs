//! What most commands begin with: configuration, logging, the service.

use std::{io::IsTerminal as _, time::Duration};

use llm_services::{Environment, LlmConfig, LlmService, LogLevel, Origin, Sources};
use tracing_subscriber::EnvFilter;

use crate::{cli::Global, failure::Failure, output::Output};

/// How long rows may be on their way when a command ends.
pub(crate) const LEDGER_TIMEOUT: Duration = Duration::from_secs(10);

/// The crates whose log lines are ours.
const OUR_CRATES: &[&str] = &[
    "llm_gateway",
    "llm_services",
    "llm_request_log",
    "llm_layers",
    "llm_cache",
    "llm_http",
    "llm_openrouter",
];

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
    // A person who asked for one thing wants to hear of trouble only, unless they said otherwise.
    let level = match config.origin("log_level") {
        Origin::Default => LogLevel::Warn,
        _ => config.log_level,
    };
    log_as(&config, level, output);
    Ok(LlmService::builder().config(config).build().await?)
}

/// The service, with all that its log knows where it is read: what a process left in a spool is shipped first.
pub(crate) async fn start_reading(global: &Global, output: &mut Output) -> Result<LlmService, Failure> {
    let service = start(global, output).await?;
    service.log()?.shipped(LEDGER_TIMEOUT).await?;
    Ok(service)
}

/// Logs to standard error: lines for people, JSON for programs.
///
/// Our own crates log at `level`; drivers and HTTP stacks, which chat, at `warn`. What matters of them comes through
/// our own errors.
///
/// The setting `debug` logs and prints what an operator would look for.
pub(crate) fn log_as(config: &LlmConfig, level: LogLevel, output: &mut Output) {
    output.set_debug(config.debug);
    let level = if config.debug { level.max(LogLevel::Debug) } else { level };
    let own = OUR_CRATES.iter().map(|name| format!("{name}={}", level.as_str()));
    let filter = EnvFilter::new(own.chain(["warn".to_owned()]).collect::<Vec<_>>().join(","));
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal());
    // It can be set once in a process; if it was, that stands.
    let _ = if output.is_json() { lines.json().try_init() } else { lines.try_init() };
    for warning in config.warnings() {
        output.note(&format!("warning: {warning}"));
    }
}
