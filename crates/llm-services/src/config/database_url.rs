//! The address of a database, whose password nobody prints.

use std::{fmt, str::FromStr};

use secrecy::{ExposeSecret as _, SecretString};
use url::Url;

/// The address of a database: `sqlite://llm.db`, `postgres://user:password@host/name`.
///
/// `Display` and `Debug` show neither its password nor its parameters.
#[derive(Clone)]
pub struct DatabaseUrl {
    whole: SecretString,
    shown: String,
}

/// Why a text is not the address of a database. It never repeats the text, which may hold a password.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidDatabaseUrl {
    /// It is not a URL.
    #[error("is not a URL ({0}); write `sqlite://llm.db` or `postgres://user:password@host/database`")]
    NotAUrl(url::ParseError),
    /// It is the URL of something else.
    #[error("has the scheme `{0}`; write `sqlite:` or `postgres:`")]
    Scheme(String),
    /// It names no file, or no host.
    #[error("names no {0}; write `sqlite://llm.db` or `postgres://user:password@host/database`")]
    Incomplete(&'static str),
    /// A part of the password stands where the path should.
    #[error(
        "has `#`, or `@` behind its host; write `/`, `?`, `#` and `@` in a password as `%2F`, `%3F`, `%23` and `%40`"
    )]
    Unescaped,
}

impl DatabaseUrl {
    /// Checks an address. Nothing is opened.
    ///
    /// # Errors
    ///
    /// [`InvalidDatabaseUrl`] when it is not a URL, is not of SQLite or PostgreSQL, or names no file or host.
    pub fn new(text: &str) -> Result<Self, InvalidDatabaseUrl> {
        let shown = match text.split_once(':').map(|(scheme, rest)| (scheme.to_ascii_lowercase(), rest)) {
            Some((scheme, rest)) if scheme == "sqlite" => show_sqlite(rest)?,
            _ => show_postgres(text)?,
        };
        Ok(Self { whole: SecretString::from(text), shown })
    }

    /// The whole address, password included. It is for the driver alone.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.whole.expose_secret()
    }

    /// Whether it is an SQLite database, which is a file of this machine or lives in this process's memory.
    #[must_use]
    pub fn is_sqlite(&self) -> bool {
        self.shown.starts_with("sqlite:")
    }
}

/// SQLite's addresses are not quite URLs: `sqlite://llm.db` names a relative file, and `sqlite::memory:` none.
fn show_sqlite(rest: &str) -> Result<String, InvalidDatabaseUrl> {
    let path = rest.split('?').next().unwrap_or_default();
    if path.trim_start_matches('/').is_empty() {
        return Err(InvalidDatabaseUrl::Incomplete("file"));
    }
    Ok(format!("sqlite:{path}"))
}

fn show_postgres(text: &str) -> Result<String, InvalidDatabaseUrl> {
    let mut url = Url::parse(text).map_err(InvalidDatabaseUrl::NotAUrl)?;
    if !matches!(url.scheme(), "postgres" | "postgresql") {
        return Err(InvalidDatabaseUrl::Scheme(url.scheme().to_owned()));
    }
    // Without a host, as in `postgres:///llm?host=/run/postgresql`, the driver takes its own.
    if url.cannot_be_a_base() {
        return Err(InvalidDatabaseUrl::Incomplete("host"));
    }
    if url.path().contains('@') || url.fragment().is_some() {
        return Err(InvalidDatabaseUrl::Unescaped);
    }
    if url.password().is_some() {
        // It can only fail for URLs without a host.
        let _ = url.set_password(Some("***"));
    }
    // Parameters may hold a password too.
    url.set_query(None);
    Ok(url.into())
}

impl Default for DatabaseUrl {
    fn default() -> Self {
        Self { whole: SecretString::from("sqlite://llm.db"), shown: "sqlite://llm.db".into() }
    }
}

impl FromStr for DatabaseUrl {
    type Err = InvalidDatabaseUrl;

    fn from_str(text: &str) -> Result<Self, InvalidDatabaseUrl> {
        Self::new(text)
    }
}

impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown)
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.shown)
    }
}
