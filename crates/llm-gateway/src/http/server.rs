//! The listener: connections with limits on time, and an orderly end.

use std::{net::SocketAddr, time::Duration};

use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::{conn::auto, graceful::GracefulShutdown},
    service::TowerToHyperService,
};
use llm_services::LlmService;
use tokio::{
    net::{TcpListener, TcpStream},
    signal::unix::{Signal, SignalKind, signal},
    sync::watch,
};
use tokio_io_timeout::TimeoutStream;

use super::{App, Phase, routes, stopping::reached};

/// How long a client may take to send the head of a request.
const HEADER_TIMEOUT: Duration = Duration::from_secs(10);

/// How long a client may take nothing of what waits for it before it is cut.
const WRITE_TIMEOUT: Duration = Duration::from_secs(30);

/// How long rows may be shipped after the last stream has ended.
const LEDGER_TIMEOUT: Duration = Duration::from_secs(10);

/// How long the last error events may take to reach their readers.
const LAST_WORDS: Duration = Duration::from_secs(2);

/// How to serve.
#[derive(Debug)]
pub(crate) struct ServeOptions {
    /// Where to listen.
    pub(crate) listen: SocketAddr,
    /// How long streams may go on once the end was asked for.
    pub(crate) drain: Duration,
}

/// Serves until SIGTERM or SIGINT, then drains, and closes the ledger. A second signal skips the drain.
///
/// `phase` is what the service's [`StopLayer`](super::StopLayer) listens to. `ready` is called with the bound address once connections are accepted.
///
/// # Errors
///
/// When the address cannot be bound or signals cannot be heard.
pub(crate) async fn serve(
    service: LlmService,
    phase: watch::Sender<Phase>,
    options: ServeOptions,
    ready: impl FnOnce(SocketAddr),
) -> std::io::Result<()> {
    let mut signals = Signals::new()?;
    let listener = TcpListener::bind(options.listen).await?;
    let app = routes(App { service: service.clone(), phase: phase.subscribe() });
    let connections = GracefulShutdown::new();
    ready(listener.local_addr()?);
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => spawn(stream, app.clone(), &connections, phase.subscribe()),
                // Out of descriptors, most likely: give those that end a moment.
                Err(error) => {
                    tracing::warn!(%error, "a connection could not be accepted");
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
            },
            () = signals.next() => break,
        }
    }
    drop(listener);
    drain(&phase, connections, &mut signals, options.drain).await;
    service.shutdown(LEDGER_TIMEOUT).await;
    Ok(())
}

/// Waits for what runs, up to the deadline; then tells the rest that it is over.
async fn drain(
    phase: &watch::Sender<Phase>,
    connections: GracefulShutdown,
    signals: &mut Signals,
    limit: Duration,
) {
    let open = connections.count();
    tracing::info!(connections = open, limit_s = limit.as_secs(), "stopping: waiting for what still runs");
    phase.send_replace(Phase::Draining);
    let mut ended = std::pin::pin!(connections.shutdown());
    tokio::select! {
        () = &mut ended => return,
        () = tokio::time::sleep(limit) => {}
        () = signals.next() => tracing::info!("a second signal: not waiting any longer"),
    }
    phase.send_replace(Phase::Stopping);
    if tokio::time::timeout(LAST_WORDS, &mut ended).await.is_err() {
        tracing::warn!("some connections did not take their last event and were closed");
        phase.send_replace(Phase::Closing);
        // What they carried is dropped now, while the ledger still takes its rows.
        ended.await;
    }
}

fn spawn(
    stream: TcpStream,
    app: axum::Router,
    connections: &GracefulShutdown,
    phase: watch::Receiver<Phase>,
) {
    // Without it the first chunk of a stream waits for the client's acknowledgement.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "a connection was gone before it was served");
        return;
    }
    let mut stream = TimeoutStream::new(stream);
    stream.set_write_timeout(Some(WRITE_TIMEOUT));
    // HTTP/1 alone: looking for the version has no limit on time, and of HTTP/2's streams each would need its own.
    let mut builder = auto::Builder::new(TokioExecutor::new()).http1_only();
    builder.http1().timer(TokioTimer::new()).header_read_timeout(HEADER_TIMEOUT);
    let connection =
        builder.serve_connection(TokioIo::new(Box::pin(stream)), TowerToHyperService::new(app)).into_owned();
    let connection = connections.watch(connection);
    tokio::spawn(async move {
        tokio::select! {
            outcome = connection => if let Err(error) = outcome {
                tracing::debug!(%error, "a connection ended early");
            },
            () = reached(phase, Phase::Closing) => {}
        }
    });
}

/// SIGTERM and SIGINT.
struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    fn new() -> std::io::Result<Self> {
        Ok(Self { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

#[cfg(test)]
mod tests;
