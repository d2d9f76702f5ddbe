#![doc = include_str!("../README.md")]

mod abandon;
mod account;
mod answer;
mod calls;
mod catalogue;
mod config;
mod error;
mod generation;
mod options;
mod provider;
mod records;
mod stream;
mod wire;

pub use account::{Credits, KeyInfo};
pub use catalogue::ModelEndpoint;
pub use config::OpenRouterConfig;
pub use generation::Generation;
pub use options::{
    DataCollection, FileParser, MaxPrice, OpenRouterRequest, PdfEngine, Percentiles, Plugin, PluginSettings,
    PriceCap, ProviderPreferences, Quantization, ServerTool, Sort, SortBy, SortPartition, SortRule,
    Threshold, WebSearch,
};
pub use provider::OpenRouter;
