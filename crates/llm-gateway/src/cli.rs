//! The command line.

use std::{net::SocketAddr, path::PathBuf, time::Duration};

use clap::{Args, Parser, Subcommand, ValueEnum};
use jiff::Timestamp;
use llm_core::RequestId;

/// One server for every model: any OpenAI SDK can be pointed at it.
#[derive(Debug, Parser)]
#[command(name = "llm-gateway", version, about, subcommand_negates_reqs = true, after_help = EXIT_CODES)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: Global,
    /// What to do; `serve` if nothing is said.
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
}

const EXIT_CODES: &str = "Exit codes: 0 done; 1 the call failed; 2 the command line or the configuration is wrong; \
    3 `reconcile` found differences.";

/// What every command takes.
#[derive(Debug, Args)]
pub(crate) struct Global {
    /// The configuration file (TOML). Environment variables override it, flags override both.
    #[arg(long, global = true, value_name = "FILE", env = "LLM_CONFIG")]
    pub(crate) config: Option<PathBuf>,
    /// Overrides one setting, as `key=value` with the file's own keys: `--set cache.enabled=true`.
    #[arg(long = "set", global = true, value_name = "KEY=VALUE")]
    pub(crate) settings: Vec<String>,
    /// Print JSON instead of text for people.
    #[arg(long, global = true)]
    pub(crate) json: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Answer HTTP requests.
    Serve(Serve),
    /// Ask a model and print its answer as it comes.
    Chat(Chat),
    /// List the models that can be called.
    Models(Models),
    /// Check the configuration and print what it comes to, secrets hidden.
    CheckConfig,
    /// Show what was used and what it cost.
    Usage(Usage),
    /// Show the requests in the log, newest first.
    Requests(Requests),
    /// Compare the log with a provider's own records, and settle costs that are unknown.
    Reconcile(Reconcile),
    /// Bring the database to the schema of this program.
    Migrate,
    /// Print a completion script for a shell.
    Completions {
        /// The shell.
        shell: clap_complete::Shell,
    },
}

#[derive(Debug, Default, Args)]
pub(crate) struct Serve {
    /// Where to listen [default: 127.0.0.1:8100].
    #[arg(long, value_name = "ADDR")]
    pub(crate) listen: Option<SocketAddr>,
    /// Listen on an address that others can reach although nobody is asked for a key.
    #[arg(long)]
    pub(crate) public_without_auth: bool,
    /// How long streams may go on after SIGTERM, in seconds.
    #[arg(long, value_name = "SECONDS", default_value = "30", value_parser = seconds)]
    pub(crate) drain: Duration,
}

impl Serve {
    /// What `serve` does when it is not named.
    pub(crate) fn unnamed() -> Self {
        Self { drain: Duration::from_secs(30), ..Self::default() }
    }
}

#[derive(Debug, Args)]
pub(crate) struct Chat {
    /// What to say; `-` reads it from standard input.
    pub(crate) prompt: String,
    /// The model, alias or role [default: the configured one].
    #[arg(long, short)]
    pub(crate) model: Option<String>,
    /// Instructions to the model.
    #[arg(long, short)]
    pub(crate) system: Option<String>,
    /// The most tokens that the answer may have.
    #[arg(long)]
    pub(crate) max_tokens: Option<u64>,
    /// Randomness, 0 to 2.
    #[arg(long)]
    pub(crate) temperature: Option<f64>,
    /// A file with a JSON Schema that the answer shall fit.
    #[arg(long, value_name = "FILE")]
    pub(crate) schema: Option<PathBuf>,
    /// Wait for the whole answer instead of printing it as it comes.
    #[arg(long)]
    pub(crate) no_stream: bool,
    /// Whose call it is, for the log.
    #[arg(long)]
    pub(crate) user: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Models {
    /// Only those whose id contains this.
    pub(crate) filter: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Usage {
    /// One line for each of these.
    #[arg(long, value_enum, default_value = "model")]
    pub(crate) by: UsageBy,
    /// Only the calls of the last so many days.
    #[arg(long, value_name = "DAYS")]
    pub(crate) days: Option<u32>,
    /// Only the calls of this user.
    #[arg(long)]
    pub(crate) user: Option<String>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum UsageBy {
    Total,
    User,
    Model,
    Provider,
    Day,
}

#[derive(Debug, Args)]
pub(crate) struct Requests {
    /// At most so many.
    #[arg(long, default_value = "20")]
    pub(crate) limit: u32,
    /// Only the calls of this user.
    #[arg(long)]
    pub(crate) user: Option<String>,
    /// Only the calls that asked for this model.
    #[arg(long)]
    pub(crate) model: Option<String>,
    /// Only the calls that stand so: `running`, `ok`, `failed`, `client_closed`, `cancelled`, `internal`, `interrupted`.
    #[arg(long)]
    pub(crate) status: Option<String>,
    /// Show this one request, with its attempts.
    #[arg(long, value_name = "REQUEST_ID", value_parser = request_id, conflicts_with_all = ["user", "model", "status"])]
    pub(crate) id: Option<RequestId>,
}

#[derive(Debug, Args)]
pub(crate) struct Reconcile {
    /// A provider's own records to compare with, as JSON lines: `client_request_id`, `id`, `cost`, and the token
    /// counts `prompt_tokens` and `completion_tokens`. Without it, each provider is asked for the calls whose cost is unknown.
    #[arg(long, value_name = "FILE")]
    pub(crate) ledger: Option<PathBuf>,
    /// Whose records they are; without it they are taken for those of all providers.
    #[arg(long, value_name = "NAME", requires = "ledger")]
    pub(crate) provider: Option<String>,
    /// The records begin here, such as `2026-11-01T00:00:00Z`; without it they are taken for whole.
    #[arg(long, value_name = "TIME", requires = "ledger")]
    pub(crate) since: Option<Timestamp>,
    /// The records end before this time.
    #[arg(long, value_name = "TIME", requires = "ledger")]
    pub(crate) until: Option<Timestamp>,
    /// The records are whole: a call that broke off and that they lack was not billed, and is settled so.
    #[arg(long, requires = "ledger", conflicts_with = "dry_run")]
    pub(crate) confirm_missing: bool,
    /// Only compare; write nothing.
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// At most so many calls in one run.
    #[arg(long, default_value = "1000")]
    pub(crate) limit: u32,
}

fn request_id(text: &str) -> Result<RequestId, String> {
    text.parse().map_err(|_| "a request's id is a UUID, as `requests` and `chat` show it".to_owned())
}

fn seconds(text: &str) -> Result<Duration, String> {
    text.parse().map(Duration::from_secs).map_err(|_| format!("`{text}` is not a whole number of seconds"))
}
