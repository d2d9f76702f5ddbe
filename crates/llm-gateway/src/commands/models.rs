//! `models`.

use llm_core::{ModelInfo, Prices, Usd};

use super::start::start;
use crate::{
    cli::{Global, Models},
    failure::Failure,
    output::Output,
};

pub(crate) async fn run(global: &Global, models: &Models, output: &mut Output) -> Result<(), Failure> {
    let service = start(global, output).await?;
    let list = service.list_models().await?;
    let filter = models.filter.as_deref().unwrap_or_default();
    let shown: Vec<_> = list.models.iter().filter(|model| model.id.contains(filter)).collect();
    if output.is_json() {
        for model in &shown {
            output.value(model)?;
        }
    } else {
        let head = ["model", "context", "$ per 1M in", "$ per 1M out", "about"];
        output.table(&head, shown.iter().map(|model| row(model)))?;
    }
    for error in &list.unavailable {
        output.note(&format!("not listed: {error}"));
    }
    Ok(())
}

fn row(model: &ModelInfo) -> Vec<String> {
    let million = |price: fn(&Prices) -> Usd| {
        let price = model.prices.as_ref().and_then(|prices| price(prices).checked_mul(1_000_000));
        price.map_or_else(|| "?".to_owned(), |price| price.to_string())
    };
    let about = model.name.as_deref().or(model.description.as_deref()).unwrap_or_default();
    vec![
        model.id.clone(),
        model.capabilities.context_length.map_or_else(|| "?".to_owned(), |tokens| tokens.to_string()),
        million(|prices| prices.input),
        million(|prices| prices.output),
        about.to_owned(),
    ]
}
