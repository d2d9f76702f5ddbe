//! OpenRouter against a scripted upstream.

mod catalogue;
mod chat;
mod conformance;
mod errors;
mod records;
mod replay;
mod replies;
mod requests;
mod scene;
mod security;
mod stream;
mod vendor;
