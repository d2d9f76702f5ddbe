//! Methods of a wrapper that change nothing.

/// Writes methods of a [`Provider`](crate::Provider) that do what the provider inside does.
///
/// It stands in the `impl` of a wrapper, names the field that holds the inner provider, and then the methods. Together
/// with `#[deny(clippy::missing_trait_methods)]` a wrapper can neither forget a method nor spell one out in vain. The
/// inner provider's future is passed on as it is, so forwarding costs no allocation.
///
/// ```
/// use async_trait::async_trait;
/// use llm_core::{Capabilities, ChatRequest, ChatResponse, ModelId, ProviderName, Result};
/// use llm_provider::{CallContext, ChatStream, Provider, SharedProvider, forward};
///
/// /// Writes every question in capitals.
/// #[derive(Debug)]
/// struct Loud {
///     inner: SharedProvider,
/// }
///
/// #[async_trait]
/// #[deny(clippy::missing_trait_methods)]
/// impl Provider for Loud {
///     forward! { inner: name, capabilities, embed, generate_image, generate_audio, search_recent_news, list_models,
///         health, look_up_call, abandon }
///
///     async fn chat(&self, ctx: &CallContext, request: ChatRequest) -> Result<ChatResponse> {
///         self.inner.chat(ctx, loud(request)).await
///     }
///
///     async fn chat_stream(&self, ctx: &CallContext, request: ChatRequest) -> Result<ChatStream> {
///         self.inner.chat_stream(ctx, loud(request)).await
///     }
/// }
/// # fn loud(request: ChatRequest) -> ChatRequest { request }
/// ```
#[macro_export]
macro_rules! forward {
    ($field:ident: $($method:ident),+ $(,)?) => { $($crate::__forward! { $method $field })+ };
}

/// One method of [`forward!`].
#[doc(hidden)]
#[macro_export]
macro_rules! __forward {
    (name $field:ident) => {
        fn name(&self) -> &$crate::__private::ProviderName {
            self.$field.name()
        }
    };
    (capabilities $field:ident) => {
        fn capabilities(&self, model: &$crate::__private::ModelId) -> $crate::__private::Capabilities {
            self.$field.capabilities(model)
        }
    };
    (abandon $field:ident) => {
        fn abandon(&self, model: &str, served_by: Option<&str>, streamed: bool) -> $crate::Abandon {
            self.$field.abandon(model, served_by, streamed)
        }
    };
    (chat $field:ident) => {
        $crate::__forward! { $field chat(ChatRequest) -> ChatResponse }
    };
    (chat_stream $field:ident) => {
        $crate::__forward! { $field chat_stream(ChatRequest) -> ChatStream }
    };
    (embed $field:ident) => {
        $crate::__forward! { $field embed(EmbedRequest) -> EmbedResponse }
    };
    (generate_image $field:ident) => {
        $crate::__forward! { $field generate_image(ImageRequest) -> ImageResponse }
    };
    (generate_audio $field:ident) => {
        $crate::__forward! { $field generate_audio(AudioRequest) -> AudioResponse }
    };
    (search_recent_news $field:ident) => {
        $crate::__forward! { $field search_recent_news(NewsRequest) -> NewsResponse }
    };
    (list_models $field:ident) => {
        fn list_models<'life0, 'life1, 'async_trait>(
            &'life0 self,
            ctx: &'life1 $crate::CallContext,
        ) -> $crate::__private::BoxFuture<'async_trait, Vec<$crate::__private::ModelInfo>>
        where
            'life0: 'async_trait,
            'life1: 'async_trait,
            Self: 'async_trait,
        {
            self.$field.list_models(ctx)
        }
    };
    (health $field:ident) => {
        fn health<'life0, 'life1, 'async_trait>(
            &'life0 self,
            ctx: &'life1 $crate::CallContext,
        ) -> $crate::__private::BoxFuture<'async_trait, $crate::Health>
        where
            'life0: 'async_trait,
            'life1: 'async_trait,
            Self: 'async_trait,
        {
            self.$field.health(ctx)
        }
    };
    (look_up_call $field:ident) => {
        fn look_up_call<'life0, 'life1, 'life2, 'async_trait>(
            &'life0 self,
            ctx: &'life1 $crate::CallContext,
            upstream_id: &'life2 str,
        ) -> $crate::__private::BoxFuture<'async_trait, Option<$crate::__private::Usage>>
        where
            'life0: 'async_trait,
            'life1: 'async_trait,
            'life2: 'async_trait,
            Self: 'async_trait,
        {
            self.$field.look_up_call(ctx, upstream_id)
        }
    };
    ($field:ident $method:ident($request:ident) -> $answer:ident) => {
        fn $method<'life0, 'life1, 'async_trait>(
            &'life0 self,
            ctx: &'life1 $crate::CallContext,
            request: $crate::__private::$request,
        ) -> $crate::__private::BoxFuture<'async_trait, $crate::__private::$answer>
        where
            'life0: 'async_trait,
            'life1: 'async_trait,
            Self: 'async_trait,
        {
            self.$field.$method(ctx, request)
        }
    };
}

/// What [`forward!`] names, wherever it is used.
#[doc(hidden)]
pub mod __private {
    pub use llm_core::{
        AudioRequest, AudioResponse, Capabilities, ChatRequest, ChatResponse, EmbedRequest, EmbedResponse,
        ImageRequest, ImageResponse, ModelId, ModelInfo, NewsRequest, NewsResponse, ProviderName, Usage,
    };

    pub use crate::ChatStream;

    /// What `async_trait` makes of an `async fn`.
    pub type BoxFuture<'a, T> = std::pin::Pin<Box<dyn Future<Output = llm_core::Result<T>> + Send + 'a>>;
}
