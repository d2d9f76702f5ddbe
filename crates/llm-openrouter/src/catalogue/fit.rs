//! Whether a model takes the parameters of a request.

use llm_core::{ChatRequest, Error, ErrorKind, ResponseFormat, Result, Tool, ToolChoice};

use super::Listed;

/// A parameter whose support the list tells.
struct Parameter {
    /// Its name in a request, and in what a lenient call reports as dropped.
    name: &'static str,
    /// Its names in the list; one is enough.
    listed: &'static [&'static str],
    /// Whether the request asks for it.
    asked: fn(&ChatRequest) -> bool,
    /// Takes it out.
    take: fn(&mut ChatRequest),
}

/// A parameter that goes by one name everywhere, and whose field is an `Option`.
macro_rules! plain {
    ($name:ident) => {
        Parameter {
            name: stringify!($name),
            listed: &[stringify!($name)],
            asked: |request| request.$name.is_some(),
            take: |request| request.$name = None,
        }
    };
}

/// All parameters whose support the list tells.
///
/// `parallel_tool_calls` is none of them: the list leaves it out for models that are known to take it. Nor is the limit
/// on tokens: every model has one, and a bound on money is never dropped.
const PARAMETERS: &[Parameter] = &[
    plain!(temperature),
    plain!(top_p),
    plain!(top_k),
    plain!(min_p),
    plain!(top_a),
    plain!(frequency_penalty),
    plain!(presence_penalty),
    plain!(repetition_penalty),
    plain!(seed),
    plain!(logit_bias),
    plain!(top_logprobs),
    plain!(prediction),
    plain!(verbosity),
    Parameter {
        name: "stop",
        listed: &["stop"],
        asked: |request| !request.stop.is_empty(),
        take: |request| request.stop.clear(),
    },
    Parameter {
        name: "logprobs",
        listed: &["logprobs"],
        asked: |request| request.logprobs == Some(true),
        take: |request| request.logprobs = None,
    },
    Parameter {
        name: "tools",
        listed: &["tools"],
        // Tools of OpenRouter's own are not the model's matter.
        asked: |request| request.tools.iter().any(|tool| matches!(tool, Tool::Function(_))),
        take: |request| {
            request.tools.clear();
            request.tool_choice = None;
            request.parallel_tool_calls = None;
        },
    },
    Parameter {
        name: "tool_choice",
        listed: &["tool_choice"],
        // `auto` is what happens anyway.
        asked: |request| request.tool_choice.as_ref().is_some_and(|choice| *choice != ToolChoice::Auto),
        take: |request| request.tool_choice = None,
    },
    Parameter {
        name: "response_format",
        listed: &["response_format", "structured_outputs"],
        asked: |request| matches!(request.response_format, Some(ResponseFormat::JsonObject)),
        take: |request| request.response_format = None,
    },
    Parameter {
        name: "response_format",
        listed: &["structured_outputs"],
        asked: |request| matches!(request.response_format, Some(ResponseFormat::JsonSchema(_))),
        take: |request| request.response_format = None,
    },
    Parameter {
        name: "reasoning",
        listed: &["reasoning", "reasoning_effort", "include_reasoning"],
        // Asking a model that does not reason not to reason is fine.
        asked: |request| request.reasoning.as_ref().is_some_and(asks_to_reason),
        take: |request| request.reasoning = None,
    },
    Parameter {
        name: "web_search_options",
        listed: &["web_search_options"],
        asked: |request| request.extra.contains_key("web_search_options"),
        take: |request| {
            request.extra.shift_remove("web_search_options");
        },
    },
];

fn asks_to_reason(reasoning: &llm_core::Reasoning) -> bool {
    reasoning.max_tokens.is_some()
        || reasoning.enabled == Some(true)
        || reasoning.effort.as_ref().is_some_and(|effort| *effort != llm_core::Effort::None)
}

impl Listed {
    /// See [`Catalogue::fit`](super::Catalogue::fit).
    pub(super) fn fit(&self, request: &mut ChatRequest) -> Result<Vec<String>> {
        let Some(taken) = &self.parameters else { return Ok(Vec::new()) };
        let mut dropped = Vec::new();
        for parameter in PARAMETERS {
            let fits = parameter.listed.iter().any(|name| taken.contains(*name));
            if fits || !(parameter.asked)(request) {
                continue;
            }
            dropped.push(parameter.name.to_owned());
            if request.options.lenient {
                (parameter.take)(request);
            }
        }
        if dropped.is_empty() || request.options.lenient { Ok(dropped) } else { Err(self.refuses(&dropped)) }
    }

    fn refuses(&self, names: &[String]) -> Error {
        let message = format!(
            "no endpoint of `{}` at OpenRouter takes `{}`; leave it out, or let the call drop it (`lenient`)",
            self.id,
            names.join("`, `"),
        );
        Error::new(ErrorKind::Unsupported, message)
    }
}
