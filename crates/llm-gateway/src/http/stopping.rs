//! What still runs when the server stops.

use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use async_trait::async_trait;
use futures_util::Stream;
use llm_core::{ChatEvent, ChatRequest, ChatResponse, Error, ErrorKind, Result};
use llm_services::provider::{CallContext, ChatStream, Layer, Provider, SharedProvider, forward};
use tokio::sync::watch;

use super::Phase;

/// Ends the conversations that still run when the server stops: each caller is told so, in the place of what was still
/// to come.
///
/// **Streams** get an error as their last item, unless that is there already.
///
/// **Dropping** the call or the stream drops what is inside.
///
/// **Order:** inside the request log, whose row then has the reason. Outside it the row would say that the caller left.
#[derive(Clone, Debug)]
pub(crate) struct StopLayer {
    phase: watch::Receiver<Phase>,
}

impl StopLayer {
    /// Ends what runs from [`Phase::Stopping`] on.
    pub(crate) fn new(phase: watch::Receiver<Phase>) -> Self {
        Self { phase }
    }
}

impl Layer for StopLayer {
    fn layer(&self, inner: SharedProvider) -> SharedProvider {
        Arc::new(Stoppable { inner, phase: self.phase.clone() })
    }
}

/// See [`StopLayer`].
#[derive(Debug)]
struct Stoppable {
    inner: SharedProvider,
    phase: watch::Receiver<Phase>,
}

impl Stoppable {
    /// An answer, unless the server stops before it is there.
    async fn answer<A>(&self, call: impl Future<Output = Result<A>>) -> Result<A> {
        tokio::select! {
            biased;
            outcome = call => outcome,
            () = reached(self.phase.clone(), Phase::Stopping) => Err(stopping(ErrorKind::Unavailable)),
        }
    }
}

/// Resolves when the server has come so far.
pub(super) async fn reached(mut phase: watch::Receiver<Phase>, goal: Phase) {
    // An error means that the sender is gone, and with it everybody who could stop us.
    if phase.wait_for(|phase| *phase >= goal).await.is_err() {
        std::future::pending::<()>().await;
    }
}

fn stopping(kind: ErrorKind) -> Error {
    Error::new(kind, "the server is stopping; ask again").with_retryable(false)
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl Provider for Stoppable {
    forward! { inner: name, capabilities, embed, generate_image, generate_audio, search_recent_news, list_models, health, look_up_call, abandon }

    async fn chat(&self, ctx: &CallContext, request: ChatRequest) -> Result<ChatResponse> {
        self.answer(self.inner.chat(ctx, request)).await
    }

    async fn chat_stream(&self, ctx: &CallContext, request: ChatRequest) -> Result<ChatStream> {
        let inner = self.answer(self.inner.chat_stream(ctx, request)).await?;
        let stop = Box::pin(reached(self.phase.clone(), Phase::Stopping));
        Ok(Box::pin(StoppableStream { inner: Some(inner), stop }))
    }
}

struct StoppableStream {
    /// `None` after the last item.
    inner: Option<ChatStream>,
    stop: Pin<Box<dyn Future<Output = ()> + Send>>,
}

impl Stream for StoppableStream {
    type Item = Result<ChatEvent>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let Some(inner) = self.inner.as_mut() else { return Poll::Ready(None) };
        let mut item = inner.as_mut().poll_next(cx);
        let over = matches!(item, Poll::Ready(None | Some(Err(_) | Ok(ChatEvent::Finished(_)))));
        // Whatever is there: a stream that always has something ready would otherwise never hear of it.
        if over || self.stop.as_mut().poll(cx).is_ready() {
            self.inner = None;
            if !over {
                item = Poll::Ready(Some(Err(stopping(ErrorKind::StreamInterrupted))));
            }
        }
        item
    }
}
