//! `migrate`.

use llm_services::LlmService;

use super::start::{configure, log_as};
use crate::{cli::Global, failure::Failure, output::Output};

pub(crate) async fn run(global: &Global, output: &mut Output) -> Result<(), Failure> {
    let config = configure(global)?;
    log_as(&config, config.log_level, output);
    LlmService::migrate(&config).await?;
    let url = config.database.url.to_string();
    if output.is_json() {
        return Ok(output.value(&serde_json::json!({ "database": url, "migrated": true }))?);
    }
    Ok(output.line(&format!("{url} has the schema of this program"))?)
}
