//! What a call costs, beside a bare HTTP client: `cargo xtask bench` runs it and says how.
//!
//! It takes the address of an upstream in another process, makes the same calls through the whole pipeline (log on,
//! cache on) and through a hyper client that reads and understands nothing, in turns, and prints the CPU time of
//! this process for each. It decides nothing.
#![expect(clippy::print_stdout, reason = "an example prints")]

use std::error::Error;

use bytes::Bytes;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use http_body_util::{BodyExt as _, Full};
use hyper::{Request, client::conn::http1};
use hyper_util::rt::TokioIo;
use llm_services::{ChatRequest, LlmConfig, LlmService};
use tokio::net::TcpStream;

type Outcome<T> = Result<T, Box<dyn Error>>;

/// How often each figure is taken; the median is shown.
const ROUNDS: usize = 3;

/// Calls for one figure, and streams. The clock of a process ticks 100 times a second: fewer would show the ticks.
const CALLS: usize = 10_000;
const STREAMS: usize = 500;

/// Events of text in a stream, as the upstream is told.
const CHUNKS: usize = 200;

/// Microseconds of a tick.
const TICK: f64 = 10_000.0;

fn main() -> Outcome<()> {
    let address = std::env::args().nth(1).ok_or("name the upstream's address: http://127.0.0.1:<port>")?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(run(&address))
}

async fn run(address: &str) -> Outcome<()> {
    let folder = tempfile::tempdir()?;
    let mut config = LlmConfig::default();
    config.openrouter.api_key = Some("sk-or-v1-bench".into());
    config.openrouter.base_url = format!("{address}/api/v1").parse()?;
    config.cache.enabled = true;
    let log = format!("sqlite://{}", folder.path().join("llm.db").display());
    let llm = LlmService::builder().config(config).request_log(log).build().await?;
    let mut bare = Bare::connect(address).await?;

    let mut calls = Figure::new("unary call, one at a time", CALLS);
    let mut many = Figure::new("unary call, 64 at once", CALLS);
    let mut hits = Figure::new("unary call out of the cache", CALLS);
    let mut chunks = Figure::new("streamed chunk", STREAMS * CHUNKS);
    let mut next = 0;
    for _ in 0..ROUNDS {
        let unary = cpu(bare.calls(CALLS, false)).await?;
        for figure in [&mut calls, &mut many, &mut hits] {
            figure.bare.push(unary);
        }
        chunks.bare.push(cpu(bare.calls(STREAMS, true)).await?);
        calls.ours.push(cpu(answers(&llm, &mut next, CALLS, 1)).await?);
        many.ours.push(cpu(answers(&llm, &mut next, CALLS, 64)).await?);
        hits.ours.push(cpu(again(&llm, next, CALLS)).await?);
        chunks.ours.push(cpu(streams(&llm, &mut next, STREAMS)).await?);
    }
    println!("{:<28} {:>10} {:>10} {:>7}", "CPU microseconds for a", "bare hyper", "pipeline", "ratio");
    [calls, many, hits, chunks].iter_mut().for_each(Figure::print);
    llm.shutdown(std::time::Duration::from_secs(10)).await;
    Ok(())
}

/// Microseconds of CPU, taken in several rounds.
struct Figure {
    name: &'static str,
    /// How many things a round did.
    count: usize,
    bare: Vec<f64>,
    ours: Vec<f64>,
}

impl Figure {
    fn new(name: &'static str, count: usize) -> Self {
        Self { name, count, bare: Vec::new(), ours: Vec::new() }
    }

    #[expect(clippy::cast_precision_loss, reason = "a few thousand")]
    fn print(&mut self) {
        let count = self.count as f64;
        let (bare, ours) = (median(&mut self.bare) / count, median(&mut self.ours) / count);
        println!("{:<28} {bare:>10.1} {ours:>10.1} {:>6.1}x", self.name, ours / bare);
    }
}

fn median(rounds: &mut [f64]) -> f64 {
    rounds.sort_by(f64::total_cmp);
    rounds[rounds.len() / 2]
}

/// The CPU time that some work takes, in this process and all its threads, in microseconds.
async fn cpu(work: impl Future<Output = Outcome<()>>) -> Outcome<f64> {
    let before = ticks()?;
    work.await?;
    Ok((ticks()? - before) * TICK)
}

/// User and system time, the 14th and 15th field: the name, the second, may hold blanks.
fn ticks() -> Outcome<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat")?;
    let fields: Vec<_> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let field = |place: usize| -> Outcome<f64> { Ok(fields.get(place).ok_or("no such field")?.parse()?) };
    Ok(field(11)? + field(12)?)
}

/// No request is like another, so that none comes out of the cache.
fn request(number: usize) -> ChatRequest {
    ChatRequest::new("openrouter/bench/model").user(format!("Tell me about {number}."))
}

async fn answers(llm: &LlmService, next: &mut usize, count: usize, at_once: usize) -> Outcome<()> {
    let first = *next;
    *next += count;
    let calls = stream::iter(first..first + count).map(|number| llm.generate_response(request(number)));
    calls.buffer_unordered(at_once).try_for_each(async |_| Ok(())).await?;
    written(llm).await
}

async fn again(llm: &LlmService, next: usize, count: usize) -> Outcome<()> {
    for _ in 0..count {
        let reply = llm.generate_response(request(next - 1)).await?;
        if reply.cached.is_none() {
            return Err("an answer that should be in the cache is not".into());
        }
    }
    written(llm).await
}

/// The last rows belong to the calls that made them.
async fn written(llm: &LlmService) -> Outcome<()> {
    llm.log()?.written().await;
    Ok(())
}

async fn streams(llm: &LlmService, next: &mut usize, count: usize) -> Outcome<()> {
    for _ in 0..count {
        *next += 1;
        let mut events = llm.stream_response(request(*next)).await?;
        while let Some(event) = events.next().await {
            event?;
        }
    }
    written(llm).await
}

/// One connection, kept alive, whose answers are read and not understood.
struct Bare {
    sender: http1::SendRequest<Full<Bytes>>,
    host: String,
}

impl Bare {
    async fn connect(address: &str) -> Outcome<Self> {
        let host = address.trim_start_matches("http://").trim_end_matches('/').to_owned();
        let socket = TcpStream::connect(&host).await?;
        socket.set_nodelay(true)?;
        let (sender, connection) = http1::handshake(TokioIo::new(socket)).await?;
        tokio::spawn(connection);
        Ok(Self { sender, host })
    }

    async fn calls(&mut self, count: usize, streamed: bool) -> Outcome<()> {
        let body = format!(
            r#"{{"model":"bench/model","messages":[{{"role":"user","content":"Tell me."}}],"stream":{streamed}}}"#
        );
        for _ in 0..count {
            self.sender.ready().await?;
            let request = Request::post("/api/v1/chat/completions")
                .header("host", &self.host)
                .header("content-type", "application/json")
                .header("authorization", "Bearer sk-or-v1-bench")
                .body(Full::new(Bytes::from(body.clone())))?;
            let mut answer = self.sender.send_request(request).await?.into_body();
            while let Some(frame) = answer.frame().await {
                frame?;
            }
        }
        Ok(())
    }
}
