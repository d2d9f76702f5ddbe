//! The crate graph: strictly downward, and as `docs/architecture.md` draws it.

use std::collections::BTreeSet;

use cargo_metadata::{DependencyKind, Package};

use super::Findings;

/// The automation itself: it knows none of the others.
pub(super) const AUTOMATION: &str = "xtask";
/// Stands beside the floors: a dev-dependency of any crate, and a program for provider authors.
pub(super) const TESTKIT: &str = "llm-testkit";

/// The crates and their floors. A crate depends on crates of lower floors only.
pub(super) const CRATES: [(&str, u8); 11] = [
    ("llm-core", 0),
    ("llm-provider", 1),
    ("llm-http", 1),
    ("llm-wire", 1),
    ("llm-openrouter", 2),
    ("llm-mock", 2),
    ("llm-layers", 2),
    ("llm-cache", 2),
    ("llm-request-log", 2),
    ("llm-services", 3),
    ("llm-gateway", 4),
];

/// The edges inside a floor, each with a page under `docs/decisions/`.
const BESIDE: [(&str, &str); 1] = [
    // The client tells the call's context when the request leaves: decision 0005.
    ("llm-http", "llm-provider"),
];

/// What the testkit stands on: it must work for providers of anyone.
const TESTKIT_USES: [&str; 2] = ["llm-core", "llm-provider"];

/// One dependency between two of our crates.
#[derive(Clone, Copy, Debug)]
struct Edge<'a> {
    from: &'a str,
    to: &'a str,
    dev: bool,
}

/// The graph of the packages is the one that is drawn here.
pub(super) fn as_it_is_drawn(packages: &[Package]) -> Findings {
    let names: Vec<&str> = packages.iter().map(|package| package.name.as_str()).collect();
    let edges = packages.iter().flat_map(|package| {
        let own = package.dependencies.iter().filter(|dependency| names.contains(&dependency.name.as_str()));
        own.map(|dependency| Edge {
            from: &package.name,
            to: &dependency.name,
            dev: dependency.kind == DependencyKind::Development,
        })
    });
    members(&names).into_iter().chain(edges.filter_map(wrong)).collect()
}

/// The crates are those of the table.
fn members(names: &[&str]) -> Findings {
    let drawn = CRATES.iter().map(|(name, _)| *name).chain([AUTOMATION, TESTKIT]);
    let drawn: BTreeSet<&str> = drawn.collect();
    let found: BTreeSet<&str> = names.iter().copied().collect();
    let new = found.difference(&drawn).map(|name| {
        format!("{name}: a crate without a floor: give it one in xtask/src/tidy/graph.rs, and a page under docs/decisions")
    });
    let gone = drawn
        .difference(&found)
        .map(|name| format!("{name}: a floor without a crate: take it out of xtask/src/tidy/graph.rs"));
    new.chain(gone).collect()
}

fn wrong(edge: Edge<'_>) -> Option<String> {
    let Edge { from, to, dev } = edge;
    let fault = match (from, to) {
        (AUTOMATION, _) => "the automation builds without any of our crates",
        // `llm-provider` under test with its own feature, and the like.
        _ if from == to => return None,
        (_, TESTKIT) if dev => return None,
        (_, TESTKIT) => {
            "the testkit is a dev-dependency, never a part of the program: move it to [dev-dependencies]"
        }
        (TESTKIT, _) if TESTKIT_USES.contains(&to) => return None,
        (TESTKIT, _) => {
            "the testkit must never know a provider of ours: it stands on llm-core and llm-provider alone"
        }
        _ if BESIDE.contains(&(from, to)) => return None,
        _ => match (floor(from), floor(to)) {
            (Some(from), Some(to)) if to < from => return None,
            (Some(2), Some(2)) => "nothing of floor 2 knows another: move what both need down a floor",
            (Some(_), Some(_)) => "a crate depends on lower floors only: move what it needs down a floor",
            // `members` has told that already.
            _ => return None,
        },
    };
    Some(format!("{from} -> {to}: {fault}"))
}

fn floor(name: &str) -> Option<u8> {
    CRATES.iter().find(|(known, _)| *known == name).map(|(_, floor)| *floor)
}

#[cfg(test)]
mod tests;
