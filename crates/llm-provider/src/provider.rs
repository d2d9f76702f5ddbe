//! One upstream.

use std::fmt::Debug;

use async_trait::async_trait;
use llm_core::{
    AudioRequest, AudioResponse, Capabilities, ChatRequest, ChatResponse, EmbedRequest, EmbedResponse, Error,
    ErrorKind, ImageRequest, ImageResponse, ModelId, ModelInfo, NewsRequest, NewsResponse, ProviderName,
    Result,
};

use crate::{CallContext, ChatStream, Health};

/// One upstream, or whatever stands around it: layers, the router and the whole pipeline are providers too.
///
/// A provider makes exactly one upstream call for each call of [`chat`](Self::chat) or
/// [`chat_stream`](Self::chat_stream): it does not retry, cache or log. `request.model` holds the upstream's own name
/// of the model. Dropping a future or a stream cancels the call.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait Provider: Debug + Send + Sync + 'static {
    /// Its name: what stands in front of the first `/` of a model, in the log and in errors.
    fn name(&self) -> &ProviderName;

    /// What a model of this provider can do, as far as it is known without I/O. `model` is the upstream's own name.
    fn capabilities(&self, model: &ModelId) -> Capabilities;

    /// Makes one call and waits for the whole answer.
    ///
    /// # Errors
    ///
    /// Any kind of upstream failure; [`ErrorKind::Unsupported`] for an option that the provider cannot honour, unless
    /// the request is lenient. An answer that is broken is an error, never `Ok`.
    async fn chat(&self, ctx: &CallContext, request: ChatRequest) -> Result<ChatResponse>;

    /// Makes one call and gives its answer as it comes.
    ///
    /// Resolves once the first content has arrived (or the whole answer, when it has none), so that whatever fails
    /// before is a plain `Err`. [`begin`](crate::begin) does that for a stream of a provider's own. The stream owns
    /// all that it needs and ends with exactly one terminal item, see [`ChatStream`].
    ///
    /// # Errors
    ///
    /// As [`chat`](Self::chat); after the first content they are the stream's last item.
    async fn chat_stream(&self, ctx: &CallContext, request: ChatRequest) -> Result<ChatStream>;

    /// Makes embeddings.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Unsupported`] unless a provider says otherwise.
    async fn embed(&self, _ctx: &CallContext, _request: EmbedRequest) -> Result<EmbedResponse> {
        Err(unsupported(self.name(), "embeddings"))
    }

    /// Draws pictures.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Unsupported`] unless a provider says otherwise.
    async fn generate_image(&self, _ctx: &CallContext, _request: ImageRequest) -> Result<ImageResponse> {
        Err(unsupported(self.name(), "images"))
    }

    /// Speaks.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Unsupported`] unless a provider says otherwise.
    async fn generate_audio(&self, _ctx: &CallContext, _request: AudioRequest) -> Result<AudioResponse> {
        Err(unsupported(self.name(), "speech"))
    }

    /// Looks for recent news.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Unsupported`] unless a provider says otherwise.
    async fn search_recent_news(&self, _ctx: &CallContext, _request: NewsRequest) -> Result<NewsResponse> {
        Err(unsupported(self.name(), "news"))
    }

    /// Lists the provider's models, their ids with the provider's prefix in front.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Unsupported`] unless a provider says otherwise.
    async fn list_models(&self, _ctx: &CallContext) -> Result<Vec<ModelInfo>> {
        Err(unsupported(self.name(), "a list of models"))
    }

    /// Looks whether the provider is there and accepts our key, without a paid call.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Unsupported`] when it has no way to look; [`ErrorKind::Authentication`] when it refuses the key.
    async fn health(&self, _ctx: &CallContext) -> Result<Health> {
        Err(unsupported(self.name(), "a health check"))
    }

    /// Asks the provider's own records for one call, by the id that the provider gave it: the usage and cost of a call
    /// whose answer never came whole. `None` when it has no such record (yet).
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Unsupported`] when it keeps no records.
    async fn look_up_call(&self, _ctx: &CallContext, _upstream_id: &str) -> Result<Option<llm_core::Usage>> {
        Err(unsupported(self.name(), "records of its calls"))
    }

    /// What to do with an upstream call whose caller went away.
    ///
    /// `model` is the upstream's own name; `served_by` is the vendor behind the provider, if it is known yet.
    #[cfg_attr(feature = "mock", mockall::concretize)]
    fn abandon(&self, _model: &str, _served_by: Option<&str>, _streamed: bool) -> Abandon {
        Abandon::Cancel
    }
}

/// What to do with an upstream call whose caller went away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Abandon {
    /// Close the connection: that stops the work and the bill.
    Cancel,
    /// Read on within bounds: the work is billed to its end, and the end tells how much it was.
    Drain,
}

fn unsupported(name: &ProviderName, what: &str) -> Error {
    Error::new(ErrorKind::Unsupported, format!("the provider `{name}` does not offer {what}"))
        .with_provider(name.clone())
}
