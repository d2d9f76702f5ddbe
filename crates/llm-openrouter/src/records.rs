//! What OpenRouter keeps on record: the key, the account, single calls, the vendors of a model.

use llm_core::{Error, ErrorKind, ModelId, Result};
use llm_provider::CallContext;
use serde_json::Value;

use crate::{
    Credits, Generation, KeyInfo, ModelEndpoint, OpenRouter, catalogue::decode_endpoints, wire::decode_data,
};

impl OpenRouter {
    /// Reads the limits and the usage of the configured key.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Authentication`] when OpenRouter does not accept the key; [`ErrorKind::NotConfigured`] when there
    /// is none; whatever else can go wrong on the way.
    pub async fn key_info(&self, ctx: &CallContext) -> Result<KeyInfo> {
        let body = self.get(ctx, "key", &[]).await.map_err(|error| self.own(error))?;
        decode_data(&body).map_err(|error| self.own(error))
    }

    /// Checks the configured key, for a service that wants to know when it starts. The list of models would not tell:
    /// it is public.
    ///
    /// # Errors
    ///
    /// As [`key_info`](Self::key_info), and [`ErrorKind::PermissionDenied`] for a management key, which cannot make
    /// calls.
    pub async fn verify_key(&self, ctx: &CallContext) -> Result<KeyInfo> {
        let info = self.key_info(ctx).await?;
        if info.is_management_key == Some(true) {
            let message = "the key at OpenRouter is a management key, which cannot make calls; \
                           set an ordinary one as OPENROUTER_API_KEY";
            return Err(self.own(Error::new(ErrorKind::PermissionDenied, message)));
        }
        Ok(info)
    }

    /// Reads what the account has bought and spent.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::PermissionDenied`] for an ordinary key: only a management key may ask.
    pub async fn credits(&self, ctx: &CallContext) -> Result<Credits> {
        let body = self.get(ctx, "credits", &[]).await.map_err(|error| self.own(error))?;
        decode_data(&body).map_err(|error| self.own(error))
    }

    /// Reads the record of one call by its id (`gen-…`). `None` when there is none, or not yet.
    ///
    /// # Errors
    ///
    /// Those of the key and of the way.
    pub async fn generation(&self, ctx: &CallContext, id: &str) -> Result<Option<Generation>> {
        match self.get(ctx, "generation", &[("id", id)]).await {
            Ok(body) => decode_data(&body).map(Some).map_err(|error| self.own(error)),
            Err(error) if error.status() == Some(404) => Ok(None),
            Err(error) => Err(self.own(error)),
        }
    }

    /// Reads the vendors of a model, by its upstream name (`anthropic/claude-sonnet-4`) or with `openrouter/` in front.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::ModelNotFound`] for a model that OpenRouter does not know; [`ErrorKind::InvalidRequest`] for a name
    /// that is not `author/slug`.
    pub async fn model_endpoints(&self, ctx: &CallContext, model: &str) -> Result<Vec<ModelEndpoint>> {
        let id = ModelId::new(model).map_err(|error| self.own(error.into()))?;
        let name = if id.provider() == Some("openrouter") { id.upstream() } else { id.as_str() };
        let Some((author, slug)) = name.split_once('/').filter(|(_, slug)| !slug.contains('/')) else {
            let message = format!("`{name}` is no model of OpenRouter's: write `author/slug`");
            return Err(self.own(Error::new(ErrorKind::InvalidRequest, message)));
        };
        let path = format!("models/{author}/{slug}/endpoints");
        let body = self.get(ctx, &path, &[]).await.map_err(|error| self.own(error))?;
        decode_data::<Value>(&body).map(decode_endpoints).map_err(|error| self.own(error))
    }
}
