//! Base URLs: what people write, and what is meant.

use llm_core::{Error, ErrorKind, Result};
use url::Url;

/// What people copy along from a vendor's documentation.
const ENDPOINT: &str = "/chat/completions";

/// Reads a base URL as people write it: with or without a slash at the end, or with the whole `/chat/completions`.
/// All three come out the same.
///
/// ```
/// let url = llm_http::base_url("https://example.com/api/v1/chat/completions")?;
/// assert_eq!(url.as_str(), "https://example.com/api/v1");
/// assert_eq!(llm_http::join(&url, "models").as_str(), "https://example.com/api/v1/models");
/// # Ok::<_, llm_core::Error>(())
/// ```
///
/// # Errors
///
/// [`ErrorKind::NotConfigured`] when it is no `http` or `https` URL, or when it holds a user, a password, a query or a
/// fragment: keys go into headers only. The message does not repeat the text.
pub fn base_url(text: &str) -> Result<Url> {
    let mut url =
        Url::parse(text.trim()).map_err(|_| wrong("is not a URL; write it as https://host/path"))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(wrong("must begin with https:// or http://"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(wrong("must not hold a user or a password; configure the key instead"));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(wrong("must end with its path, without `?` or `#`"));
    }
    let path = url.path().trim_end_matches('/');
    let path = path.strip_suffix(ENDPOINT).unwrap_or(path).trim_end_matches('/').to_owned();
    url.set_path(&path);
    Ok(url)
}

fn wrong(what: &'static str) -> Error {
    Error::new(ErrorKind::NotConfigured, format!("the provider's base URL {what}"))
}

/// Puts a path behind a base URL. Unlike [`Url::join`] it keeps the whole path of the base, whatever `path` holds:
/// `..` does not lead out of it.
#[must_use]
pub fn join(base: &Url, path: &str) -> Url {
    let mut url = base.clone();
    // Only a URL without a host has no segments, and `base_url` makes none.
    if let Ok(mut segments) = url.path_segments_mut() {
        segments.pop_if_empty().extend(path.split('/').filter(|segment| !segment.is_empty()));
    }
    url
}

#[cfg(test)]
mod tests;
