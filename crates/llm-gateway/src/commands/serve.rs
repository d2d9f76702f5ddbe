//! `serve`.

use std::net::SocketAddr;

use llm_services::LlmService;
use tokio::sync::watch;

use super::start::{configure, log_as};
use crate::{
    cli::{Global, Serve},
    failure::Failure,
    http::{self, Phase, ServeOptions, StopLayer},
    output::Output,
};

pub(crate) async fn run(global: &Global, options: &Serve, output: &mut Output) -> Result<(), Failure> {
    let config = configure(global)?;
    log_as(&config, config.log_level, output);
    let listen = options.listen.unwrap_or(config.server.listen);
    if !listen.ip().is_loopback() && !options.public_without_auth {
        return Err(Failure::usage(format!(
            "`{listen}` can be reached by others, and nobody is asked for a key yet: listen on 127.0.0.1, put a proxy \
             that asks in front, or say `--public-without-auth` if that is what you want"
        )));
    }
    let (phase, seen) = watch::channel(Phase::Running);
    let service = LlmService::builder().config(config).layer(StopLayer::new(seen)).build().await?;
    let lines = live_lines(&service);
    let serve = ServeOptions { listen, drain: options.drain };
    http::serve(service, phase, serve, |address| announce(address, &lines, output))
        .await
        .map_err(|error| Failure::call(format!("cannot serve on {listen}: {error}")))
}

/// Which providers are live, and what the others lack.
fn live_lines(service: &LlmService) -> Vec<String> {
    let names: Vec<_> = service.provider_names().map(ToString::to_string).collect();
    let mut lines = vec![format!("providers: {}", names.join(", "))];
    lines.extend(service.hints().iter().cloned());
    lines
}

fn announce(address: SocketAddr, lines: &[String], output: &mut Output) {
    // The address goes first and alone, for whoever started us with port 0.
    let _ = output.line(&format!("listening on http://{address}"));
    for line in lines {
        output.note(&format!("  {line}"));
    }
    output.note("  nobody is asked for a key: keep this on loopback, or put a proxy that asks in front");
    output.note(&format!(
        "try: curl -N http://{address}/v1/chat/completions -H 'content-type: application/json' \\\n  \
         -d '{{\"model\":\"mock/lorem\",\"stream\":true,\"messages\":[{{\"role\":\"user\",\"content\":\"Hi\"}}]}}'"
    ));
}
