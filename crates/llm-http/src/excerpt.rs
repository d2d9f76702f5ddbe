//! Foreign bytes made fit for a log: short, printable, without keys.

use std::borrow::Cow;

/// What is put where a key stood.
const BLANK: &str = "[redacted]";

/// What keys begin with, as far as it is the same with several vendors.
const KEY_PREFIXES: [&str; 4] = ["sk-", "sk_", "pk-", "AIza"];

/// What stands in front of a key, in any case of letters.
const KEY_NAMES: [&str; 7] = ["bearer", "basic", "api-key", "api_key", "apikey", "api key", "authorization"];

/// The shortest run of characters that is taken for a key. Shorter ones are words (`Bearer token`).
const SHORTEST_KEY: usize = 8;

/// Bytes beyond the excerpt that are looked at, so that a key at its end is known as one.
const LOOK_AHEAD: usize = 512;

/// A provider's own words for [`Error::with_detail`](llm_core::Error::with_detail): at most `max` bytes of them.
///
/// What is no UTF-8 is replaced, control characters (line breaks too) are escaped, and what looks like a key is
/// blanked: `sk-…`, `Bearer …`, `"api_key": "…"`. It is a net under the rule that no key gets here, not a proof.
///
/// ```
/// let body = b"Incorrect API key provided: sk-proj-abcdefgh1234.\n";
/// assert_eq!(llm_http::excerpt(body, 100), "Incorrect API key provided: [redacted]\\n");
/// assert_eq!(llm_http::excerpt("größer".as_bytes(), 6), "gr…");
/// ```
#[must_use]
pub fn excerpt(bytes: &[u8], max: usize) -> String {
    let window = &bytes[..bytes.len().min(max.saturating_add(LOOK_AHEAD))];
    let text = String::from_utf8_lossy(window);
    let cut = window.len() < bytes.len();
    shorten(&escape(&redact(&text)), max, cut)
}

fn redact(text: &str) -> Cow<'_, str> {
    let mut rest = text;
    let mut out = String::new();
    let mut word_start = true;
    while let Some(first) = rest.chars().next() {
        if word_start && let Some((kept, key)) = key_at(rest) {
            out.push_str(&rest[..kept]);
            out.push_str(BLANK);
            rest = &rest[kept + key..];
            word_start = false;
            continue;
        }
        out.push(first);
        rest = &rest[first.len_utf8()..];
        word_start = !first.is_alphanumeric();
    }
    if out == text { Cow::Borrowed(text) } else { Cow::Owned(out) }
}

/// If `text` begins with a key, or with the name of one and a key behind it: how much to keep, how much to blank.
fn key_at(text: &str) -> Option<(usize, usize)> {
    if KEY_PREFIXES.iter().any(|prefix| text.starts_with(prefix)) {
        return key_length(text).map(|key| (0, key));
    }
    let name = KEY_NAMES.iter().find(|name| {
        text.as_bytes().get(..name.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(name.as_bytes()))
    })?;
    let behind = &text[name.len()..];
    let value = behind.trim_start_matches([' ', ':', '=', '"', '\'', '\\']);
    let between = &behind[..behind.len() - value.len()];
    // "Bearer <key>", but only "api_key: <key>": "api key provided" names none.
    let introduces = match *name {
        "bearer" | "basic" => !between.is_empty(),
        _ => between.contains([':', '=']),
    };
    let key = key_length(value).filter(|_| introduces)?;
    Some((name.len() + between.len(), key))
}

/// The length of the run of key characters at the start of `text`, if it is long enough for a key.
fn key_length(text: &str) -> Option<usize> {
    let length =
        text.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || b"-_.*~+/=".contains(byte)).count();
    (length >= SHORTEST_KEY).then_some(length)
}

fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        if character.is_control() || reorders(character) {
            out.extend(character.escape_default());
        } else {
            out.push(character);
        }
    }
    out
}

/// Characters that are no control characters, but make a line of a log read as another.
fn reorders(character: char) -> bool {
    matches!(character, '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}')
}

fn shorten(text: &str, max: usize, cut: bool) -> String {
    if text.len() <= max && !cut {
        return text.to_owned();
    }
    // An excerpt without room for its mark would pass for the whole.
    let Some(room) = max.checked_sub('…'.len_utf8()) else { return String::new() };
    format!("{}…", &text[..text.floor_char_boundary(room.min(text.len()))])
}

#[cfg(test)]
mod tests;
