//! `cargo xtask ci`: everything that CI runs.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};

use crate::{check_each, codegen, lint, shell::say, test, tidy};

type Step = (&'static str, fn() -> Result<()>);

/// What fails fast and tells much comes first.
const STEPS: [Step; 5] = [
    ("tidy", tidy::run),
    ("lint", lint::run),
    ("codegen --check", || codegen::run(&codegen::Options { check: true })),
    ("test", || test::run(&test::Options::default())),
    ("check-each", check_each::run),
];

/// Runs all steps, and ends at the first that fails.
pub(crate) fn run() -> Result<()> {
    let mut times = Vec::new();
    let outcome = STEPS.iter().try_for_each(|(name, step)| {
        say(format_args!("\n== {name}"));
        let begun = Instant::now();
        let outcome = step().with_context(|| format!("`cargo xtask {name}` failed"));
        times.push((name, begun.elapsed()));
        outcome
    });
    say("");
    for (name, time) in &times {
        say(format_args!("{name:<16} {}", shown(*time)));
    }
    say(format_args!("{:<16} {}", "all", shown(times.iter().map(|(_, time)| *time).sum())));
    outcome
}

fn shown(time: Duration) -> String {
    format!("{:>3} min {:>2} s", time.as_secs() / 60, time.as_secs() % 60)
}
