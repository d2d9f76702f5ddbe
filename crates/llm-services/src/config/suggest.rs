//! The name that was meant.

/// How alike two names must be, from 0 to 1, for one to be suggested for the other.
const ALIKE: f64 = 0.6;

/// The candidate that is most like a name, if any is like it. Of a path, the last part alone may be alike too: `ttl`
/// is for `cache.ttl`.
pub(super) fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    candidates
        .into_iter()
        .map(|candidate| (likeness(name, candidate), candidate))
        .filter(|(likeness, _)| *likeness >= ALIKE)
        // The first of the best, so that the answer does not hang on the order of equals.
        .reduce(|best, next| if next.0 > best.0 { next } else { best })
        .map(|(_, candidate)| candidate)
}

fn likeness(name: &str, candidate: &str) -> f64 {
    let last = |path: &str| path.rsplit('.').next().unwrap_or_default().to_ascii_lowercase();
    let whole = strsim::normalized_damerau_levenshtein(&name.to_ascii_lowercase(), candidate);
    let part = strsim::normalized_damerau_levenshtein(&last(name), &last(candidate));
    // A path that is alike as a whole beats one whose last part happens to be.
    whole.max(part * 0.8)
}

/// Asks whether a name was meant.
pub(super) fn did_you_mean<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<String> {
    nearest(name, candidates).map(|candidate| format!("did you mean `{candidate}`?"))
}
