//! Prints the reference pages of `docs/`, out of the tables that the program itself works by.
//!
//! `cargo run -p llm-services --example reference -- configuration|errors`

use std::{fmt::Write as _, io::Write as _, process::ExitCode};

use llm_core::{ErrorKind, FallsOver};
use llm_services::{Environment, LlmConfig, Sources};

const ERRORS_INTRODUCTION: &str = "\
# Errors

Every failure has a kind. It decides whether the service makes the same call again, the HTTP status, and the `error.type`
of OpenAI-shaped bodies, by which SDKs choose the exception that they raise. The vendor's own word on whether to try
again overrides the table. \"Falls over\" says which other model may still answer.

| kind | HTTP status | OpenAI type | retried | falls over |
|---|---|---|---|---|
";

const CONFIGURATION_INTRODUCTION: &str = "
## Configuration errors

They all come at once, at start-up, each with its place, what is wrong and what to do. This file

```toml
";

/// A file with one mistake of each sort.
const MISTAKEN: &str = "\
default_model = \"fats\"

[cache]
enabled = \"perhaps\"
tll = \"5m\"

[deadlines]
idle = 0

[databse]
url = \"sqlite://llm.db\"

[aliases]
fast = \"quick\"
quick = \"fast\"

[models]
\"gpt-4o\" = \"openai/\"
";

fn main() -> ExitCode {
    let page = match std::env::args().nth(1).as_deref() {
        Some("configuration") => Ok(LlmConfig::reference()),
        Some("errors") => errors(),
        _ => Err("name a page: `configuration` or `errors`".into()),
    };
    let written = match page {
        Ok(page) => std::io::stdout().write_all(page.as_bytes()),
        Err(problem) => {
            std::io::stderr().write_all(problem.as_bytes()).and(Err(std::io::ErrorKind::InvalidInput.into()))
        }
    };
    if written.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn errors() -> Result<String, String> {
    let mut page = ERRORS_INTRODUCTION.to_owned();
    for kind in ErrorKind::ALL {
        let retried = if kind.is_retryable() { "yes" } else { "no" };
        let (status, openai, to) = (kind.http_status(), kind.openai_type(), destination(kind.falls_over()));
        let _ = writeln!(page, "| [`{kind}`](#{kind}) | {status} | `{openai}` | {retried} | {to} |");
    }
    for kind in ErrorKind::ALL {
        let advice = advice(*kind)
            .ok_or_else(|| format!("the kind `{kind}` has no advice: write some in this example"))?;
        let _ = write!(page, "\n## {kind}\n\n{}\n\nWhat to do: {advice}\n", kind.description().trim());
    }
    page.push_str(&configuration_errors()?);
    Ok(page)
}

fn destination(falls_over: FallsOver) -> &'static str {
    match falls_over {
        FallsOver::Anywhere => "to the next model",
        FallsOver::OtherProvider => "to another provider",
        FallsOver::LargerModel => "to a larger model",
        _ => "nowhere",
    }
}

/// What to do about a kind; `None` if nobody has written it yet.
fn advice(kind: ErrorKind) -> Option<&'static str> {
    Some(match kind {
        ErrorKind::Authentication => {
            "operators: replace the provider's key; `check-config` says where it came from."
        }
        ErrorKind::PermissionDenied => "operators: look up in the provider's console what the key may do.",
        ErrorKind::InsufficientCredits => {
            "operators: add credits at the provider. Callers: name fewer output tokens, or a cheaper model."
        }
        ErrorKind::RateLimited => "wait as long as `Retry-After` says, then try again, or ask another model.",
        ErrorKind::ContextLength => "send less, or name a model with a larger context.",
        ErrorKind::InvalidRequest => {
            "mend the request: the message says which part of it. The same request fails again."
        }
        ErrorKind::ModelNotFound => {
            "check the name: the message lists those that are like it. Put the provider in front, \
             `openrouter/<author>/<model>`."
        }
        ErrorKind::ContentFiltered => "change the prompt. No other model is asked, on purpose.",
        ErrorKind::Timeout => "try again, or ask a faster model; the limits are under `[deadlines]`.",
        ErrorKind::Overloaded => "try again later, or ask another model.",
        ErrorKind::Unavailable => {
            "try again later, or ask another model. Operators: look at the provider's status page."
        }
        ErrorKind::Provider => {
            "try again. If it stays, show the provider the upstream id from the request log."
        }
        ErrorKind::InvalidResponse => {
            "try again, or ask another model; for structured output, simplify the schema."
        }
        ErrorKind::StreamInterrupted => {
            "throw away what came, or show it as unfinished, and ask again. What came may have been billed."
        }
        ErrorKind::Unsupported => "name a model that can do it, leave the option out, or ask leniently.",
        ErrorKind::NotConfigured => {
            "operators: set what the message names; see [configuration](configuration.md)."
        }
        ErrorKind::BudgetExceeded => "wait for the budget's next period, or have it raised.",
        ErrorKind::Cancelled => "nothing, if it was you; else the service was stopping: try again.",
        ErrorKind::Internal => "report it, with the request id: it is a mistake of this program.",
        _ => return None,
    })
}

fn configuration_errors() -> Result<String, String> {
    let file = LlmConfig::from_toml("llm.toml", MISTAKEN).err().ok_or("the mistaken file has no mistake")?;
    let environment = Environment::from_iter([("CACHE_TTL", "soon"), ("LLM_PROVIDER", "Open Router")]);
    let environment = Sources::new(environment).with_flag("--listen", "server.listen", "8100");
    let environment = LlmConfig::load(environment).err().ok_or("the mistaken environment has no mistake")?;
    Ok(format!(
        "{CONFIGURATION_INTRODUCTION}{MISTAKEN}```\n\nis answered by\n\n```text\n{file}\n```\n\nand the variables \
         `CACHE_TTL=soon` and `LLM_PROVIDER=Open Router`, with the flag `--listen 8100`, by\n\n```text\n{environment}\n```\n"
    ))
}
