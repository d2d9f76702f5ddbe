//! How what a source gave becomes a value, and how a value is shown.

use std::{net::SocketAddr, path::PathBuf, str::FromStr, time::Duration};

use llm_core::ProviderName;
use secrecy::{ExposeSecret as _, SecretString};
use url::Url;

use super::{DatabaseUrl, LogLevel, units};

/// What stands for a secret wherever one is shown.
pub(super) const HIDDEN: &str = "***";

/// What a source gave. The environment and flags give text alone. It has no `Debug`, for it may be a secret.
pub(super) enum Raw {
    Text(String),
    Integer(i64),
    Bool(bool),
    List(Vec<Raw>),
    /// What no setting takes, by its name in TOML.
    Other(&'static str),
}

impl Raw {
    /// The value itself where it is short and simple, else what it is.
    fn describe(&self) -> String {
        match self {
            Self::Text(text) if text.chars().count() <= 60 => format!("`{}`", text.escape_debug()),
            Self::Integer(number) => format!("`{number}`"),
            Self::Bool(value) => format!("`{value}`"),
            other => other.describe_type().to_owned(),
        }
    }

    /// What it is, for values that must not be repeated.
    fn describe_type(&self) -> &'static str {
        match self {
            Self::Text(_) => "this text",
            Self::Integer(_) => "a number",
            Self::Bool(_) => "`true` or `false`",
            Self::List(_) => "a list",
            Self::Other(what) => what,
        }
    }
}

/// A type that settings have.
pub(super) trait Value: Sized {
    /// What it takes, for documentation and errors.
    const TAKES: &'static str;

    /// Reads it.
    ///
    /// The error goes on after the setting's name: `takes a duration, not a list`.
    fn read(raw: Raw) -> Result<Self, String>;

    /// What may be shown of it, in the form that [`Value::read`] reads; `None` if it is not set.
    fn show(&self) -> Option<toml::Value>;
}

fn not<T: Value>(what: impl AsRef<str>) -> String {
    format!("takes {}, not {}", T::TAKES, what.as_ref())
}

fn text<T: Value>(raw: Raw) -> Result<String, String> {
    match raw {
        Raw::Text(text) => Ok(text),
        other => Err(not::<T>(other.describe_type())),
    }
}

/// Reads text whose parser has its own words for what is wrong.
fn parse<T: Value, P: FromStr>(raw: Raw) -> Result<P, String>
where
    P::Err: std::fmt::Display,
{
    text::<T>(raw)?.parse().map_err(|error: P::Err| format!("takes {}: {error}", T::TAKES))
}

impl Value for Option<SecretString> {
    const TAKES: &'static str = "a secret";

    fn read(raw: Raw) -> Result<Self, String> {
        Ok(Some(text::<Self>(raw)?.into()))
    }

    fn show(&self) -> Option<toml::Value> {
        self.as_ref().filter(|secret| !secret.expose_secret().is_empty()).map(|_| HIDDEN.into())
    }
}

impl Value for Url {
    const TAKES: &'static str = "an `http` or `https` address";

    /// A full endpoint is cut down to the base, and `/` at the end is dropped. The text is not repeated in errors: it
    /// may hold a key.
    fn read(raw: Raw) -> Result<Self, String> {
        let mut url: Self = parse::<Self, Self>(raw)?;
        if !url.cannot_be_a_base() {
            let path = url.path().trim_end_matches('/');
            let path =
                path.strip_suffix("/chat/completions").unwrap_or(path).trim_end_matches('/').to_owned();
            url.set_path(&path);
        }
        Ok(url)
    }

    /// Without a user's name, a password and parameters, which may be secrets.
    fn show(&self) -> Option<toml::Value> {
        let mut url = self.clone();
        if !url.username().is_empty() || url.password().is_some() {
            // Both can only fail for addresses that can have neither.
            let _ = url.set_username(HIDDEN);
            let _ = url.set_password(None);
        }
        if url.query().is_some() {
            url.set_query(Some(HIDDEN));
        }
        Some(url.as_str().trim_end_matches('/').into())
    }
}

impl Value for DatabaseUrl {
    const TAKES: &'static str = "the address of an SQLite or PostgreSQL database";

    fn read(raw: Raw) -> Result<Self, String> {
        Self::new(&text::<Self>(raw)?).map_err(|error| error.to_string())
    }

    fn show(&self) -> Option<toml::Value> {
        Some(self.to_string().into())
    }
}

impl Value for Option<String> {
    const TAKES: &'static str = "text";

    fn read(raw: Raw) -> Result<Self, String> {
        text::<Self>(raw).map(Some)
    }

    fn show(&self) -> Option<toml::Value> {
        self.as_deref().map(Into::into)
    }
}

impl Value for Option<ProviderName> {
    const TAKES: &'static str = "a provider's name";

    fn read(raw: Raw) -> Result<Self, String> {
        parse::<Self, ProviderName>(raw).map(Some)
    }

    fn show(&self) -> Option<toml::Value> {
        self.as_ref().map(|name| name.as_str().into())
    }
}

impl Value for Vec<String> {
    const TAKES: &'static str = "a list of texts";

    /// One text holds several, between commas.
    fn read(raw: Raw) -> Result<Self, String> {
        match raw {
            Raw::List(items) => items.into_iter().map(text::<Self>).collect(),
            Raw::Text(text) => {
                Ok(text.split(',').map(str::trim).filter(|item| !item.is_empty()).map(Into::into).collect())
            }
            other => Err(not::<Self>(other.describe())),
        }
    }

    fn show(&self) -> Option<toml::Value> {
        (!self.is_empty()).then(|| self.clone().into())
    }
}

impl Value for bool {
    const TAKES: &'static str = "`true` or `false`";

    fn read(raw: Raw) -> Result<Self, String> {
        match &raw {
            Raw::Bool(value) => return Ok(*value),
            Raw::Text(text) => match text.to_ascii_lowercase().as_str() {
                "true" | "1" | "yes" | "on" => return Ok(true),
                "false" | "0" | "no" | "off" => return Ok(false),
                _ => {}
            },
            _ => {}
        }
        Err(not::<Self>(raw.describe()))
    }

    fn show(&self) -> Option<toml::Value> {
        Some((*self).into())
    }
}

/// Reads text, or a number as the text that it is written as.
fn scalar<T: Value>(raw: &Raw, parse: impl Fn(&str) -> Option<T>) -> Result<T, String> {
    let value = match raw {
        Raw::Integer(number) => parse(&number.to_string()),
        Raw::Text(text) => parse(text),
        _ => None,
    };
    value.ok_or_else(|| not::<T>(raw.describe()))
}

impl Value for Duration {
    const TAKES: &'static str = "a duration such as `250ms`, `60s`, `5m` or `1h`";

    fn read(raw: Raw) -> Result<Self, String> {
        scalar(&raw, units::parse_duration)
    }

    fn show(&self) -> Option<toml::Value> {
        Some(units::show_duration(*self).into())
    }
}

/// Every `u64` among the settings is a size.
impl Value for u64 {
    const TAKES: &'static str = "a size such as `64MiB` or `1GB`";

    fn read(raw: Raw) -> Result<Self, String> {
        scalar(&raw, units::parse_bytes)
    }

    fn show(&self) -> Option<toml::Value> {
        Some(units::show_bytes(*self).into())
    }
}

/// Every `u32` among the settings is a count.
impl Value for u32 {
    const TAKES: &'static str = "a whole number";

    fn read(raw: Raw) -> Result<Self, String> {
        scalar(&raw, |text| text.parse().ok())
    }

    fn show(&self) -> Option<toml::Value> {
        Some(i64::from(*self).into())
    }
}

impl Value for PathBuf {
    const TAKES: &'static str = "the path of a file";

    fn read(raw: Raw) -> Result<Self, String> {
        text::<Self>(raw).map(Into::into)
    }

    fn show(&self) -> Option<toml::Value> {
        Some(self.display().to_string().into())
    }
}

impl Value for SocketAddr {
    const TAKES: &'static str = "an address and a port, such as `127.0.0.1:8100`";

    fn read(raw: Raw) -> Result<Self, String> {
        scalar(&raw, |text| text.parse().ok())
    }

    fn show(&self) -> Option<toml::Value> {
        Some(self.to_string().into())
    }
}

impl Value for LogLevel {
    const TAKES: &'static str = "`error`, `warn`, `info`, `debug` or `trace`";

    fn read(raw: Raw) -> Result<Self, String> {
        scalar(&raw, |text| text.parse().ok())
    }

    fn show(&self) -> Option<toml::Value> {
        Some(self.as_str().into())
    }
}
