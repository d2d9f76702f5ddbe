//! Money, exactly.

use std::{fmt, iter::Sum, str::FromStr};

use serde::{Deserialize, Serialize};

/// Picodollars in one dollar.
const PICOS: i128 = 1_000_000_000_000;
/// Decimal places of a picodollar.
const PLACES: i64 = 12;

/// An amount of United States dollars, in whole picodollars (10⁻¹² dollars), never negative.
///
/// The largest amount is [`Usd::MAX`], about 9.2 million dollars; a sum over more belongs into `i128`, see
/// [`Usd::picos`]. A price per token of 0.01 $ per million tokens is 10,000 picodollars, so sums over tokens are
/// exact. An *unknown* amount is `None`, never zero.
///
/// ```
/// use llm_core::Usd;
///
/// let cost: Usd = "9.5e-06".parse()?;
/// assert_eq!(cost.picos(), 9_500_000);
/// assert_eq!(cost.to_string(), "0.0000095");
/// assert!("-0.1".parse::<Usd>().is_err());
/// # Ok::<(), llm_core::InvalidUsd>(())
/// ```
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Usd(i64);

impl Usd {
    /// Nothing: a price that is known to be zero, as of a free model or a cache hit.
    pub const ZERO: Self = Self(0);
    /// The largest amount: 9,223,372.036854775807 $.
    pub const MAX: Self = Self(i64::MAX);

    /// An amount in picodollars; `None` when it is negative.
    #[must_use]
    pub const fn from_picos(picos: i64) -> Option<Self> {
        if picos < 0 { None } else { Some(Self(picos)) }
    }

    /// The amount in picodollars.
    #[must_use]
    pub const fn picos(self) -> i64 {
        self.0
    }

    /// The sum, or `None` when it would pass [`Usd::MAX`].
    #[must_use]
    pub const fn checked_add(self, other: Self) -> Option<Self> {
        match self.0.checked_add(other.0) {
            Some(sum) => Some(Self(sum)),
            None => None,
        }
    }

    /// This price, `count` times; `None` when it would pass [`Usd::MAX`].
    #[must_use]
    pub fn checked_mul(self, count: u64) -> Option<Self> {
        let product = i128::from(self.0).checked_mul(i128::from(count))?;
        i64::try_from(product).ok().map(Self)
    }
}

impl Sum for Usd {
    /// The sum, held at [`Usd::MAX`]: a bound that nine million dollars of calls would have to reach first.
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::ZERO, |sum, amount| Self(sum.0.saturating_add(amount.0)))
    }
}

/// Why a text is not an amount of money.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidUsd {
    /// Not a decimal number: `[digits][.digits][e[+-]digits]`.
    #[error("not a decimal number")]
    Malformed,
    /// Below zero.
    #[error("negative")]
    Negative,
    /// Above [`Usd::MAX`].
    #[error("larger than any amount of money that can be held (9,223,372 USD)")]
    Overflow,
}

impl FromStr for Usd {
    type Err = InvalidUsd;

    /// Reads a decimal number of dollars, as JSON writes numbers, without passing through a float.
    ///
    /// Digits below a picodollar are rounded half to even: vendors add prices as floats, and send sums
    /// such as `0.00013499999999999998`.
    ///
    /// # Errors
    ///
    /// [`InvalidUsd`]: the text is no decimal number, is below zero, or is larger than [`Usd::MAX`].
    fn from_str(text: &str) -> Result<Self, InvalidUsd> {
        let text = text.trim();
        let (negative, text) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let (mantissa, exponent) = match text.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, parse_exponent(exponent)?),
            None => (text, 0),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        if whole.is_empty() && fraction.is_empty()
            || !whole.bytes().chain(fraction.bytes()).all(|b| b.is_ascii_digit())
        {
            return Err(InvalidUsd::Malformed);
        }
        let digits: Vec<u8> = whole.bytes().chain(fraction.bytes()).map(|b| b - b'0').collect();
        // The value is `digits` x 10^-scale dollars, so this many of them count picodollars.
        let scale = i64::try_from(fraction.len()).map_err(|_| InvalidUsd::Overflow)?.saturating_sub(exponent);
        let picos = round_to_picos(&digits, scale)?;
        match (negative, picos) {
            (true, 1..) => Err(InvalidUsd::Negative),
            (_, picos) => i64::try_from(picos).map(Self).map_err(|_| InvalidUsd::Overflow),
        }
    }
}

/// An exponent; what is past any amount of money is held at a bound, so that it cannot wrap.
fn parse_exponent(text: &str) -> Result<i64, InvalidUsd> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(InvalidUsd::Malformed);
    }
    let size = digits.parse::<i64>().unwrap_or(i64::MAX).min(1_000_000);
    Ok(if text.starts_with('-') { -size } else { size })
}

/// `digits` x 10^-scale dollars in picodollars, rounded half to even.
fn round_to_picos(digits: &[u8], scale: i64) -> Result<i128, InvalidUsd> {
    let first = digits.iter().position(|d| *d != 0).unwrap_or(digits.len());
    let digits = &digits[first..];
    let Ok(length) = i64::try_from(digits.len()) else { return Err(InvalidUsd::Overflow) };
    // How many of the digits stand at or above a picodollar.
    let kept = length - (scale - PLACES);
    if digits.is_empty() || kept < 0 {
        return Ok(0);
    }
    if kept > 19 {
        return Err(InvalidUsd::Overflow);
    }
    let at =
        |place: i64| usize::try_from(place).ok().and_then(|place| digits.get(place)).copied().unwrap_or(0);
    let whole = (0..kept).fold(0i128, |sum, place| sum * 10 + i128::from(at(place)));
    let below = at(kept);
    let rest =
        digits.iter().skip(usize::try_from(kept).unwrap_or(usize::MAX).saturating_add(1)).any(|d| *d != 0);
    let up = below > 5 || below == 5 && (rest || whole % 2 == 1);
    Ok(whole + i128::from(up))
}

impl fmt::Display for Usd {
    /// The amount in dollars with all its digits and no currency sign: `0.00014025`, `12`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, fraction) = (i128::from(self.0) / PICOS, i128::from(self.0) % PICOS);
        if fraction == 0 {
            return write!(f, "{whole}");
        }
        let fraction = format!("{fraction:012}");
        write!(f, "{whole}.{}", fraction.trim_end_matches('0'))
    }
}

impl fmt::Debug for Usd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "${self}")
    }
}

impl Serialize for Usd {
    /// A decimal string, so that no JSON reader makes a float of it.
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Usd {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// Who said what a call costs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum CostSource {
    /// The provider, in its answer or in its record of the call.
    Provider,
    /// A price list, times the provider's token counts.
    Catalogue,
    /// A price list, times token counts that we made ourselves.
    Estimate,
    /// Nobody: the cost is `None`.
    #[default]
    Unknown,
}

impl CostSource {
    /// The name that stands in the ledger.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Provider => "provider",
            Self::Catalogue => "catalogue",
            Self::Estimate => "estimate",
            Self::Unknown => "unknown",
        }
    }
}

#[cfg(test)]
mod tests;
