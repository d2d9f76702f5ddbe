#![doc = include_str!("../README.md")]

mod capabilities;
mod catalogue;
mod choice;
mod collect;
mod content;
mod embedding;
mod error;
mod error_kind;
mod event;
mod media;
mod message;
mod model_id;
mod money;
mod open_enum;
mod options;
mod provider_name;
mod request;
mod request_id;
mod response;
mod response_format;
mod tool;
mod usage;

pub use capabilities::{Capabilities, Support};
pub use catalogue::{ModelInfo, Prices};
pub use choice::{Choice, FinishReason};
pub use collect::Collector;
pub use content::{
    AudioPart, CacheControl, Content, ContentPart, FilePart, ImagePart, RefusalPart, TextPart, VideoPart,
};
pub use embedding::{EmbedInput, EmbedRequest, EmbedResponse, Embedding};
pub use error::{Error, Partial, Result, Stage};
pub use error_kind::{ErrorKind, FallsOver};
pub use event::{ChatEvent, ChoiceFinish, Finish, Started};
pub use media::{
    AudioRequest, AudioResponse, ImageRequest, ImageResponse, NewsItem, NewsRequest, NewsResponse,
};
pub use message::{Message, Role};
pub use model_id::{InvalidModelId, ModelId};
pub use money::{CostSource, InvalidUsd, Usd};
pub use options::{CacheMode, CallOptions, Limits, Operation};
pub use provider_name::{InvalidProviderName, ProviderName};
pub use request::{ChatRequest, Effort, Reasoning};
pub use request_id::{AttemptId, InvalidAttemptId, RequestId};
pub use response::{CacheHit, ChatResponse};
pub use response_format::{JsonSchemaFormat, ResponseFormat};
pub use tool::{Tool, ToolCall, ToolChoice, ToolFunction};
pub use usage::{CostDetails, Usage};

/// The fields of a JSON object that have no typed home here, in the order in which they came.
///
/// Every message, request and response carries one, so that nothing a vendor says, or a caller asks for, is
/// lost on the way because we did not know it yet.
pub type Extra = serde_json::Map<String, serde_json::Value>;
