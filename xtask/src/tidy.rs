//! `cargo xtask tidy`: the house rules, each a small function that says in its message what to do.

use anyhow::{Result, bail};
use cargo_metadata::Package;

use crate::{shell::say, workspace};

mod docs;
mod environment;
mod exclusive;
mod files;
mod graph;
mod machine;
mod manifests;
mod names;
mod skeleton;
mod source;
mod statements;

use files::File;

/// What is wrong, a line each: where, what, and what to do.
type Findings = Vec<String>;

/// The rules over files.
const FILE_RULES: [fn(&[File]) -> Findings; 15] = [
    docs::every_crate_is_named,
    docs::every_floor_is_told,
    docs::every_link_leads_somewhere,
    docs::every_path_is_there,
    environment::read_in_one_place,
    machine::no_paths_of_a_machine,
    machine::no_other_registry,
    manifests::everything_is_inherited,
    names::the_root_is_small,
    names::a_file_is_named_after_its_concept,
    skeleton::a_provider_has_its_files,
    source::a_file_says_what_it_is,
    source::a_file_is_short,
    source::nothing_is_left_undone,
    statements::no_statement_is_pasted_together,
];

/// The rules over what the packages say of themselves.
const PACKAGE_RULES: [fn(&[Package]) -> Findings; 2] = [graph::as_it_is_drawn, exclusive::one_home_each];

/// Checks all rules, and fails with everything that they found.
pub(crate) fn run() -> Result<()> {
    let files = files::load(workspace::root())?;
    let packages = workspace::packages()?;
    let of_files = FILE_RULES.iter().flat_map(|rule| rule(&files));
    let findings: Findings = of_files.chain(PACKAGE_RULES.iter().flat_map(|rule| rule(&packages))).collect();
    for finding in &findings {
        say(finding);
    }
    match findings.len() {
        0 => Ok(()),
        1 => bail!("the house rules found one thing"),
        many => bail!("the house rules found {many} things"),
    }
}
