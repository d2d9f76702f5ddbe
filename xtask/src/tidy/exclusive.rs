//! Dependencies that have one home.

use cargo_metadata::{DependencyKind, Package};

use super::Findings;

/// A dependency, who may have it, who may have it in tests, and why.
const HOMES: [(&str, &[&str], &[&str], &str); 6] = [
    (
        "reqwest",
        &["llm-http"],
        &["llm-gateway"],
        "redirects, timeouts, caps and redaction are decided in one place",
    ),
    ("sqlx", &["llm-request-log"], &[], "rows never leave the ledger"),
    ("moka", &["llm-cache"], &[], "a store is behind `ResponseCache`"),
    ("axum", &["llm-gateway", "llm-testkit"], &[], "the library serves nobody"),
    ("jsonschema", &["llm-services"], &[], "structured output is the facade's"),
    ("schemars", &["llm-services"], &[], "structured output is the facade's"),
];

/// Each of these is a dependency of its home only.
pub(super) fn one_home_each(packages: &[Package]) -> Findings {
    let dependencies = packages.iter().flat_map(|package| {
        let dependencies = package.dependencies.iter();
        dependencies.map(|dependency| {
            (&*package.name, &*dependency.name, dependency.kind == DependencyKind::Development)
        })
    });
    dependencies.filter_map(|(package, dependency, dev)| wrong(package, dependency, dev)).collect()
}

fn wrong(package: &str, dependency: &str, dev: bool) -> Option<String> {
    let (_, homes, in_tests, why) = HOMES.iter().find(|(name, ..)| *name == dependency)?;
    if homes.contains(&package) || dev && in_tests.contains(&package) {
        return None;
    }
    let homes = homes.join(" and ");
    Some(format!("{package}: {dependency} belongs to {homes} only ({why}): use what they offer instead"))
}

#[cfg(test)]
mod tests;
