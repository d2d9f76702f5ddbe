//! Durations and sizes, as people write them.

use std::time::Duration;

/// The units of durations, the largest first, in milliseconds.
const TIMES: &[(&str, u64)] = &[("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1)];

/// The units of sizes that values are shown in, the largest first.
const BINARY: &[(&str, u64)] =
    &[("TiB", 1 << 40), ("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10), ("B", 1)];

/// The units of sizes that are understood besides.
const DECIMAL: &[(&str, u64)] =
    &[("TB", 1_000_000_000_000), ("GB", 1_000_000_000), ("MB", 1_000_000), ("KB", 1000)];

/// Reads `250ms`, `60s`, `5m`, `1h`, `1d`, and `60`, which is in seconds. `None` if it is none of these or too large.
pub(super) fn parse_duration(text: &str) -> Option<Duration> {
    let (number, unit) = split(text)?;
    let unit = if unit.is_empty() { "s" } else { unit };
    let (_, millis) = TIMES.iter().find(|(name, _)| *name == unit)?;
    number.checked_mul(*millis).map(Duration::from_millis)
}

/// Writes a duration as [`parse_duration`] reads it, in the largest unit that is exact. What is below a
/// millisecond is cut off.
pub(super) fn show_duration(duration: Duration) -> String {
    let millis = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
    if millis == 0 { "0s".into() } else { show(millis, TIMES) }
}

/// Reads `64MiB`, `1GB`, `512`. Capitals do not matter. `None` if it is none of these or too large.
pub(super) fn parse_bytes(text: &str) -> Option<u64> {
    let (number, unit) = split(text)?;
    let unit = if unit.is_empty() { "B" } else { unit };
    let (_, bytes) = BINARY.iter().chain(DECIMAL).find(|(name, _)| name.eq_ignore_ascii_case(unit))?;
    number.checked_mul(*bytes)
}

/// Writes a size as [`parse_bytes`] reads it, in the largest unit that is exact.
pub(super) fn show_bytes(bytes: u64) -> String {
    if bytes == 0 { "0B".into() } else { show(bytes, BINARY) }
}

fn split(text: &str) -> Option<(u64, &str)> {
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    Some((number.parse().ok()?, unit.trim()))
}

fn show(number: u64, units: &[(&str, u64)]) -> String {
    units
        .iter()
        .find(|(_, size)| number.is_multiple_of(*size))
        .map_or_else(|| number.to_string(), |(name, size)| format!("{}{name}", number / size))
}

#[cfg(test)]
mod tests;
