//! OpenRouter: chat, streams, embeddings, the catalogue, keys, credits and generations.
