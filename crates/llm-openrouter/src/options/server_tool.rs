//! Tools that OpenRouter runs itself.

use llm_core::Tool;
use serde_json::{Value, json};

/// A tool that OpenRouter runs itself. The caller sees only what came of it: annotations, reasoning items of the type
/// `reasoning.server_tool_call`, and usage, which may hold a fee.
///
/// ```
/// use llm_core::ChatRequest;
/// use llm_openrouter::ServerTool;
/// use serde_json::json;
///
/// let request = ChatRequest::new("openrouter/openai/gpt-4o")
///     .user("What happened today?")
///     .with_tool(ServerTool::WebSearch.into())
///     .with_tool(ServerTool::Datetime.with_parameters(json!({"timezone": "Europe/Berlin"})));
/// assert_eq!(request.tools.len(), 2);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ServerTool {
    /// Searches the web.
    WebSearch,
    /// Reads a page.
    WebFetch,
    /// Tells the time.
    Datetime,
    /// Draws.
    ImageGeneration,
    /// Asks several models and joins what they say.
    Fusion,
    /// Asks a stronger model for advice.
    Advisor,
    /// Hands a part of the work to another model.
    Subagent,
    /// Finds the tools that fit, out of many.
    ToolSearch,
    /// One that has no name here: what stands behind `openrouter:`.
    Other(String),
}

impl ServerTool {
    fn name(&self) -> &str {
        match self {
            Self::WebSearch => "web_search",
            Self::WebFetch => "web_fetch",
            Self::Datetime => "datetime",
            Self::ImageGeneration => "image_generation",
            Self::Fusion => "fusion",
            Self::Advisor => "advisor",
            Self::Subagent => "subagent",
            Self::ToolSearch => "tool_search",
            Self::Other(name) => name,
        }
    }

    /// The tool with parameters, in OpenRouter's own shape.
    #[must_use]
    pub fn with_parameters(self, parameters: Value) -> Tool {
        let kind = format!("openrouter:{}", self.name());
        Tool::Other { value: json!({"type": kind, "parameters": parameters}) }
    }
}

impl From<ServerTool> for Tool {
    fn from(tool: ServerTool) -> Self {
        Self::Other { value: json!({"type": format!("openrouter:{}", tool.name())}) }
    }
}
