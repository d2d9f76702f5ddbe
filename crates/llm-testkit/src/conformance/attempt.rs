//! One call of a provider, heard by an observer.

use std::{num::NonZeroU32, sync::Arc};

use llm_core::{AttemptId, ChatRequest, ChatResponse, Error, RequestId};
use llm_provider::{CallContext, ChatStream, SharedProvider};

use super::{
    checks::{Heard, listen},
    observer::Observer,
};

/// A provider, what it is asked, and who hears how far the call has come.
pub(super) struct Attempt {
    pub(super) provider: SharedProvider,
    pub(super) request: ChatRequest,
    pub(super) observer: Arc<Observer>,
    pub(super) ctx: CallContext,
}

impl Attempt {
    pub(super) fn new(provider: SharedProvider, request: ChatRequest) -> Self {
        let observer = Arc::new(Observer::default());
        let id = RequestId::new();
        let ctx = CallContext::new(id)
            .with_attempt(AttemptId { request: id, number: NonZeroU32::MIN }, observer.clone());
        Self { provider, request, observer, ctx }
    }

    pub(super) async fn chat(&self) -> llm_core::Result<ChatResponse> {
        self.provider.chat(&self.ctx, self.request.clone()).await
    }

    pub(super) async fn begin(&self) -> llm_core::Result<ChatStream> {
        self.provider.chat_stream(&self.ctx, self.request.clone()).await
    }

    /// A stream to its end. An early error is an end too.
    pub(super) async fn stream(&self) -> Result<Heard, String> {
        match self.begin().await {
            Err(error) => Ok(Heard { events: Vec::new(), error: Some(error) }),
            Ok(stream) => listen(stream).await,
        }
    }

    /// The answer of a call that must succeed, whole or streamed.
    pub(super) async fn answer(&self, streamed: bool) -> Result<ChatResponse, String> {
        if streamed {
            return self.stream().await?.whole();
        }
        self.chat().await.map_err(|error| error.report())
    }

    /// The error of a call that must fail, whole or streamed.
    pub(super) async fn failure(&self, streamed: bool) -> Result<Error, String> {
        if !streamed {
            return self
                .chat()
                .await
                .err()
                .ok_or_else(|| "a broken answer was given as a whole one".to_owned());
        }
        self.stream().await?.error.ok_or_else(|| "a broken stream was given as a whole one".to_owned())
    }
}
