//! The layer that lets many share one call.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use llm_core::{ChatRequest, ChatResponse, Error, ErrorKind, Result, Stage};
use llm_provider::{CallContext, Layer, Provider, SharedProvider, forward};
use tokio::time::timeout_at;

use super::flight::{Flight, Flights, Seat};
use crate::{CacheConfig, CacheKey, answer::mark_hit};

/// Lets identical concurrent calls of a tenant share one upstream call.
///
/// Identical means the same [`CacheKey`]; it applies where the cache does, for who does not want an old answer does
/// not want another's either. The call runs under the context of the one who came first, so that the ledger has it
/// once; the others get the answer as a cache hit of age zero that cost nothing, so that money is counted once. An
/// error is shared too, except that the first one's deadline is nobody else's: who has time left calls again. Each
/// waits no longer than its own deadline.
///
/// **Streams** pass through, each with its own call.
///
/// **Dropping** a call leaves the others waiting, whoever came first. When the last is gone, the call is dropped. A
/// panic in the call is an [`ErrorKind::Internal`] for all.
///
/// **Order:** inside the cache, so that who comes later finds the answer there, and outside the router and the retries,
/// which belong to the one call. Outside the cache each hit would pass through here for nothing.
#[derive(Clone, Copy, Debug)]
pub struct SingleFlightLayer {
    config: CacheConfig,
}

impl SingleFlightLayer {
    /// Shares the calls that a cache with this configuration would keep.
    #[must_use]
    pub const fn new(config: CacheConfig) -> Self {
        Self { config }
    }
}

impl Layer for SingleFlightLayer {
    fn layer(&self, inner: SharedProvider) -> SharedProvider {
        Arc::new(SingleFlight { inner, config: self.config, flights: Arc::default() })
    }
}

/// See [`SingleFlightLayer`].
#[derive(Debug)]
struct SingleFlight {
    inner: SharedProvider,
    config: CacheConfig,
    flights: Arc<Flights>,
}

impl SingleFlight {
    async fn shared(&self, key: CacheKey, ctx: &CallContext, request: &ChatRequest) -> Result<ChatResponse> {
        loop {
            let flight = match self.flights.board(key, &self.inner, ctx, request) {
                // Its own deadline holds inside the call.
                Seat::Leader(flight) => return flight.land().await,
                Seat::Follower(flight) => flight,
            };
            match self.follow(&flight, ctx).await {
                Err(error) if error.stage() == Stage::Deadline && !out_of_time(ctx) => {}
                outcome => return outcome.map(|answer| mark_hit(answer, Duration::ZERO)),
            }
        }
    }

    /// Waits for another's call, until the own deadline.
    async fn follow(&self, flight: &Flight, ctx: &CallContext) -> Result<ChatResponse> {
        let Some(deadline) = ctx.deadline() else { return flight.land().await };
        timeout_at(deadline, flight.land()).await.unwrap_or_else(|_| {
            let message = "the answer did not come within the time of the request";
            Err(Error::new(ErrorKind::Timeout, message)
                .with_provider(self.inner.name().clone())
                .with_stage(Stage::Deadline)
                .with_retryable(false))
        })
    }
}

fn out_of_time(ctx: &CallContext) -> bool {
    ctx.time_left().is_some_and(|left| left.is_zero())
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl Provider for SingleFlight {
    forward! { inner: name, capabilities, chat_stream, embed, generate_image, generate_audio, search_recent_news, list_models, health, look_up_call, abandon }

    async fn chat(&self, ctx: &CallContext, request: ChatRequest) -> Result<ChatResponse> {
        let applies = self.config.ttl_for(&request).is_some();
        match applies.then(|| CacheKey::of(ctx.tenant(), &request)).flatten() {
            Some(key) => self.shared(key, ctx, &request).await,
            None => self.inner.chat(ctx, request).await,
        }
    }
}
