//! An answer as it is kept.

use std::{io, sync::Arc, time::Duration};

use futures_util::stream;
use llm_core::{CacheHit, ChatEvent, ChatResponse, Collector, CostSource, FinishReason, Started, Usage, Usd};
use llm_provider::ChatStream;
use serde::{Deserialize, Serialize};

/// A whole answer as it is kept: as it came, so that it can be given again as it came.
///
/// Either form serves both kinds of call. A hit keeps the counts of tokens and costs nothing: its cost is zero by our
/// own price list of hits, so its source is [`CostSource::Catalogue`]; the provider never said so.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum CachedAnswer {
    /// Of a unary call.
    Whole(Box<ChatResponse>),
    /// Of a stream, event for event; with exactly one [`ChatEvent::Started`] and at least one [`ChatEvent::Usage`].
    Events(Vec<ChatEvent>),
}

impl CachedAnswer {
    /// Takes an answer that may be kept: every choice ended well, and it is new. That of a shared call is, to each who
    /// waited for it: the one who began it may have gone.
    pub(crate) fn of_response(response: &ChatResponse) -> Option<Self> {
        let well = !response.choices.is_empty()
            && response.choices.iter().all(|choice| ended_well(&choice.finish_reason));
        let new = response.cached.is_none_or(|hit| hit.age.is_zero());
        (well && new).then(|| Self::Whole(Box::new(response.clone())))
    }

    /// Takes the events of a stream that has finished, on the same terms.
    pub(crate) fn of_events(mut events: Vec<ChatEvent>) -> Option<Self> {
        let Some(ChatEvent::Finished(finish)) = events.last() else { return None };
        let well =
            !finish.choices.is_empty() && finish.choices.iter().all(|choice| ended_well(&choice.reason));
        let from_cache =
            events.iter().any(|event| matches!(event, ChatEvent::Started(Started { cached: Some(_), .. })));
        if !well || from_cache {
            return None;
        }
        // A hit is marked in these two: a stream that had none gets them.
        if !events.iter().any(|event| matches!(event, ChatEvent::Usage(_))) {
            events.insert(events.len() - 1, ChatEvent::Usage(Usage::new()));
        }
        if !events.iter().any(|event| matches!(event, ChatEvent::Started(_))) {
            events.insert(0, ChatEvent::Started(Started::default()));
        }
        Some(Self::Events(events))
    }

    /// The answer as a hit of this age.
    pub(crate) fn response(&self, age: Duration) -> Option<ChatResponse> {
        let response = match self {
            Self::Whole(response) => (**response).clone(),
            Self::Events(events) => {
                let mut collector = Collector::new();
                events.iter().for_each(|event| collector.push(event));
                collector.finish()?
            }
        };
        Some(mark_hit(response, age))
    }

    /// The answer as a hit of this age, event for event.
    pub(crate) fn stream(self: Arc<Self>, age: Duration) -> ChatStream {
        if let Self::Whole(response) = &*self {
            return llm_provider::events(mark_hit((**response).clone(), age).into_events());
        }
        Box::pin(stream::iter((0..).map_while(move |at| match &*self {
            Self::Events(events) => events.get(at).map(|event| Ok(mark_event(event.clone(), age))),
            Self::Whole(_) => None,
        })))
    }

    /// How many bytes its JSON has.
    pub(crate) fn bytes(&self) -> usize {
        json_bytes(self)
    }
}

/// How many bytes the JSON of a value has, counted and not built.
pub(crate) fn json_bytes<T: Serialize>(value: &T) -> usize {
    struct Count(usize);
    impl io::Write for Count {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0 += bytes.len();
            Ok(bytes.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let mut count = Count(0);
    // What cannot be written is larger than anything that may be kept.
    serde_json::to_writer(&mut count, value).map_or(usize::MAX, |()| count.0)
}

/// Says of an answer that it is a hit: nothing was paid for it.
pub(crate) fn mark_hit(mut response: ChatResponse, age: Duration) -> ChatResponse {
    response.cached = Some(CacheHit { age });
    response.usage = free(response.usage);
    response
}

fn mark_event(event: ChatEvent, age: Duration) -> ChatEvent {
    match event {
        ChatEvent::Started(mut started) => {
            started.cached = Some(CacheHit { age });
            ChatEvent::Started(started)
        }
        ChatEvent::Usage(usage) => ChatEvent::Usage(free(usage)),
        event => event,
    }
}

fn free(mut usage: Usage) -> Usage {
    usage.cost_details = None;
    usage.rejected_cost = None;
    usage.with_cost(Usd::ZERO, CostSource::Catalogue)
}

/// Whether an answer that ended like this is one to give again. One that ran into its limit on tokens is: the limit is
/// part of the request.
fn ended_well(reason: &FinishReason) -> bool {
    matches!(reason, FinishReason::Stop | FinishReason::Length | FinishReason::ToolCalls)
}
