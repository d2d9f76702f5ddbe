//! Usage and cost, both ways.

use llm_core::{CostDetails, CostSource, Extra, Usage, Usd};
use serde::{Serialize, Serializer, ser::SerializeMap};
use serde_json::{
    Value,
    value::{RawValue, to_raw_value},
};

use super::{object_writer::ObjectWriter, raw_fields::RawFields};

/// The most that a single call can cost: 10,000 $. The dearest call that a catalogue allows today is a full context at
/// the dearest price, a few hundred dollars; what is above this is a vendor's mistake, and must not settle a budget.
const MAX_CALL_COST: i64 = 10_000 * 1_000_000_000_000;

/// The most tokens that a single call can have. No context is within a thousandth of it.
const MAX_TOKENS: u64 = 1_000_000_000_000;

/// The longest part of a vendor's wrong figure that is kept, in bytes.
const MAX_REJECTED: usize = 64;

/// The details of the prompt's tokens, and of the answer's.
const PROMPT_DETAILS: &str = "prompt_tokens_details";
const COMPLETION_DETAILS: &str = "completion_tokens_details";
const COST_DETAILS: &str = "cost_details";

/// Reads a `usage` object, and the `cost` that older servers put beside it.
///
/// OpenRouter's rule for money: `usage.cost` is what the account pays. Where the customer's own key was used upstream
/// (`is_byok`) it is a fee only, and the upstream's bill comes on top; otherwise the two are the same money twice.
/// `None` when nothing is said.
pub(super) fn decode_usage(usage: Option<&RawValue>, cost_beside: Option<&RawValue>) -> Option<Usage> {
    let mut fields = RawFields::of(usage);
    let mut decoded = Usage::new();
    decoded.input_tokens = count(fields.take("prompt_tokens"));
    decoded.output_tokens = count(fields.take("completion_tokens"));
    decoded.total_tokens = count(fields.take("total_tokens"));

    let mut prompt = RawFields::of(fields.take(PROMPT_DETAILS));
    decoded.cached_tokens = count(prompt.take("cached_tokens"));
    decoded.cache_write_tokens = count(prompt.take("cache_write_tokens"));
    let mut completion = RawFields::of(fields.take(COMPLETION_DETAILS));
    decoded.reasoning_tokens = count(completion.take("reasoning_tokens"));

    let cost_details = decode_cost(&mut fields, cost_beside.filter(|_| usage.is_some()), &mut decoded);

    decoded.extra = fields.rest();
    // DeepSeek's own name for the same count.
    let hits = || decoded.extra.get("prompt_cache_hit_tokens").and_then(Value::as_u64);
    decoded.cached_tokens = decoded.cached_tokens.or_else(hits).filter(|count| *count <= MAX_TOKENS);
    for (name, rest) in [
        (PROMPT_DETAILS, prompt.rest()),
        (COMPLETION_DETAILS, completion.rest()),
        (COST_DETAILS, cost_details.rest()),
    ] {
        if !rest.is_empty() {
            decoded.extra.insert(name.to_owned(), Value::Object(rest));
        }
    }
    Some(decoded).filter(|usage| !usage.is_empty())
}

/// The usage in `x_groq`, where Groq's streams have it. There is no money in it.
pub(super) fn groq_usage(extra: &Extra) -> Option<Usage> {
    let usage = to_raw_value(extra.get("x_groq")?.get("usage")?).ok()?;
    decode_usage(Some(&usage), None)
}

/// Reads the money of a usage, and gives back the details that have no name.
fn decode_cost<'a>(
    fields: &mut RawFields<'a>,
    cost_beside: Option<&'a RawValue>,
    decoded: &mut Usage,
) -> RawFields<'a> {
    let charged = Figure::of(fields.take("cost").or(cost_beside));
    let own_key = fields.take("is_byok").is_some_and(|flag| flag.get() == "true");
    let given = fields.take(COST_DETAILS);
    let mut details = RawFields::of(given);
    let upstream = Figure::of(details.take("upstream_inference_cost"));
    if given.is_some() || own_key {
        let mut parts = CostDetails::default();
        parts.charged = charged.usd();
        parts.upstream = upstream.usd();
        parts.upstream_input = Figure::of(details.take("upstream_inference_prompt_cost")).usd();
        parts.upstream_output = Figure::of(details.take("upstream_inference_completions_cost")).usd();
        parts.own_key = own_key;
        decoded.cost_details = Some(parts).filter(|parts| *parts != CostDetails::default());
    }
    decoded.rejected_cost = charged.rejected().or_else(|| upstream.rejected().filter(|_| own_key));
    decoded.cost = match (charged.usd(), own_key) {
        (Some(fee), true) => upstream.usd().and_then(|bill| fee.checked_add(bill)),
        (charged, _) => charged,
    };
    if decoded.cost.is_some() {
        decoded.cost_source = CostSource::Provider;
    }
    details
}

/// A figure that should be money.
enum Figure<'a> {
    Missing,
    Money(Usd),
    Rejected(&'a str),
}

impl<'a> Figure<'a> {
    /// Reads a number, or a string that holds one, from its text.
    fn of(figure: Option<&'a RawValue>) -> Self {
        let Some(figure) = figure else { return Self::Missing };
        let text = figure.get();
        // A numeric string has no escapes, so its text stands between the quotes.
        let number = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text);
        match number.parse::<Usd>() {
            Ok(usd) if usd.picos() <= MAX_CALL_COST => Self::Money(usd),
            _ => Self::Rejected(text),
        }
    }

    fn usd(&self) -> Option<Usd> {
        match self {
            Self::Money(usd) => Some(*usd),
            _ => None,
        }
    }

    fn rejected(&self) -> Option<String> {
        match self {
            Self::Rejected(text) => Some(text[..text.floor_char_boundary(MAX_REJECTED)].to_owned()),
            _ => None,
        }
    }
}

/// Reads a count of tokens; what cannot be one is nothing.
fn count(figure: Option<&RawValue>) -> Option<u64> {
    let text = figure?.get();
    let text = text.strip_suffix(".0").unwrap_or(text);
    text.parse().ok().filter(|count| *count <= MAX_TOKENS)
}

/// A usage as it stands on the wire. `cost` is the whole cost, whoever was paid, so `is_byok` does not go with it.
pub(super) struct UsageBody<'a>(pub(super) &'a Usage);

impl Serialize for UsageBody<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(usage) = self;
        let mut object = ObjectWriter::new(serializer)?;
        object.some("prompt_tokens", &usage.input_tokens)?;
        object.some("completion_tokens", &usage.output_tokens)?;
        object.some("total_tokens", &usage.total_tokens)?;
        let counts =
            [("cached_tokens", usage.cached_tokens), ("cache_write_tokens", usage.cache_write_tokens)];
        put_details(&mut object, PROMPT_DETAILS, counts, &usage.extra)?;
        let counts = [("reasoning_tokens", usage.reasoning_tokens), ("", None)];
        put_details(&mut object, COMPLETION_DETAILS, counts, &usage.extra)?;
        object.some("cost", &usage.cost.map(Money))?;
        let parts = usage.cost_details.clone().unwrap_or_default();
        let amounts = [
            ("upstream_inference_cost", parts.upstream.map(Money)),
            ("upstream_inference_prompt_cost", parts.upstream_input.map(Money)),
            ("upstream_inference_completions_cost", parts.upstream_output.map(Money)),
        ];
        put_details(&mut object, COST_DETAILS, amounts, &usage.extra)?;
        object.rest(&usage.extra)?;
        object.end()
    }
}

/// Writes an object of details, if there are any: those that are known, and those in the extra of the same name.
fn put_details<M: SerializeMap, T: Serialize, const N: usize>(
    object: &mut ObjectWriter<M>,
    name: &'static str,
    known: [(&'static str, Option<T>); N],
    extra: &Extra,
) -> Result<(), M::Error> {
    let rest = extra.get(name).and_then(Value::as_object);
    if rest.is_none() && known.iter().all(|(_, value)| value.is_none()) {
        return Ok(());
    }
    object.put(name, &Details { known, rest })
}

struct Details<'a, T, const N: usize> {
    known: [(&'static str, Option<T>); N],
    rest: Option<&'a Extra>,
}

impl<T: Serialize, const N: usize> Serialize for Details<'_, T, N> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = ObjectWriter::new(serializer)?;
        for (name, value) in &self.known {
            object.some(name, value)?;
        }
        if let Some(rest) = self.rest {
            object.rest(rest)?;
        }
        object.end()
    }
}

/// An amount as a JSON number with all its digits, which no float writes.
struct Money(Usd);

impl Serialize for Money {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let number = RawValue::from_string(self.0.to_string()).map_err(serde::ser::Error::custom)?;
        number.serialize(serializer)
    }
}

#[cfg(test)]
mod tests;
