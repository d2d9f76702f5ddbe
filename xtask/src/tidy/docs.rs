//! Docs that name every crate, tell the right floor, and lead nowhere that is gone.

use std::collections::BTreeSet;

use super::{
    Findings,
    files::File,
    graph::{AUTOMATION, CRATES, TESTKIT},
};

/// The pages that have a table of the crates.
const PAGES: [&str; 2] = ["README.md", "docs/architecture.md"];
/// The page whose table has the floors.
const FLOORS: &str = "docs/architecture.md";

/// How a path from the root begins.
const ROOTS: [&str; 4] = ["crates/", "docs/", "xtask/", ".github/"];

/// Whoever looks for a crate finds it in both pages.
pub(super) fn every_crate_is_named(files: &[File]) -> Findings {
    let names = || CRATES.iter().map(|(name, _)| *name).chain([TESTKIT, AUTOMATION]);
    let unnamed = PAGES.iter().flat_map(|page| {
        let text = text(files, page);
        names().filter(move |name| !text.contains(&format!("`{name}`"))).map(move |name| (page, name))
    });
    unnamed
        .map(|(page, name)| format!("{page}: does not name `{name}`: add it to the table of crates"))
        .collect()
}

/// The floors that are told are those that `graph` checks.
pub(super) fn every_floor_is_told(files: &[File]) -> Findings {
    let text = text(files, FLOORS);
    let told = |name: &str, floor: u8| {
        let row = format!("| {floor} | [`{name}`]");
        text.lines().any(|line| line.starts_with(&row))
    };
    let wrong = CRATES.iter().filter(|(name, floor)| !told(name, *floor));
    wrong
        .map(|(name, floor)| format!("{FLOORS}: does not tell that `{name}` stands on floor {floor}"))
        .collect()
}

/// Links between our files, and to our folders, lead somewhere.
pub(super) fn every_link_leads_somewhere(files: &[File]) -> Findings {
    let places = places(files);
    let pages = files.iter().filter(|file| file.path.ends_with(".md"));
    let links =
        pages.flat_map(|page| links(&page.text).into_iter().map(move |(number, link)| (page, number, link)));
    let broken = links.filter(|(page, _, link)| !places.contains(&*resolve(&page.path, link)));
    broken
        .map(|(page, number, link)| {
            format!("{}:{number}: `{link}` is not there: correct the link or drop it", page.path)
        })
        .collect()
}

/// Paths that pages name in their text are there.
pub(super) fn every_path_is_there(files: &[File]) -> Findings {
    let places = places(files);
    let pages = files.iter().filter(|file| file.path.ends_with(".md"));
    let lines = pages.flat_map(|page| page.lines().map(move |(number, line)| (page, number, line)));
    let paths = lines.flat_map(|(page, number, line)| named(line).map(move |path| (page, number, path)));
    let gone = paths.filter(|(_, _, path)| !places.contains(path.trim_end_matches('/')));
    gone.map(|(page, number, path)| {
        format!("{}:{number}: `{path}` is not there: correct the path or drop it", page.path)
    })
    .collect()
}

/// What a line names in backticks as a path from the root. Patterns, such as `crates/llm-<vendor>`, are none.
fn named(line: &str) -> impl Iterator<Item = &str> {
    let code = line.split('`').skip(1).step_by(2);
    code.filter(|path| ROOTS.iter().any(|root| path.starts_with(root)))
        .filter(|path| !path.contains(['<', '*', '{', ' ', '…']) && !path.contains("NAME"))
}

/// All files and folders.
fn places(files: &[File]) -> BTreeSet<&str> {
    let folders = files.iter().flat_map(|file| file.path.match_indices('/').map(|(at, _)| &file.path[..at]));
    files.iter().map(|file| &*file.path).chain(folders).collect()
}

/// The relative links of a page with their lines, without what stands behind `#`. Code blocks have none.
fn links(text: &str) -> Vec<(usize, &str)> {
    let mut code = false;
    let mut links = Vec::new();
    for (index, line) in text.lines().enumerate() {
        if line.trim_start().starts_with("```") {
            code = !code;
        }
        let targets = line.split("](").skip(1).filter_map(|rest| rest.split(')').next());
        let paths = targets.filter_map(|target| target.split('#').next());
        links.extend(paths.filter(|path| !code && is_relative(path)).map(|path| (index + 1, path)));
    }
    links
}

/// Rustdoc's own links (`crate::Name`) and addresses are not ours to look up.
fn is_relative(link: &str) -> bool {
    let path = link.contains('/') || link.contains('.');
    path && !link.contains("::") && !link.contains("//") && !link.starts_with("mailto:")
}

/// The path from the root of a link on a page.
fn resolve(page: &str, link: &str) -> String {
    let folder = page.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut path: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in link.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(path.pop()),
            part => path.push(part),
        }
    }
    path.join("/")
}

fn text<'a>(files: &'a [File], path: &str) -> &'a str {
    files.iter().find(|file| file.path == path).map_or("", |file| &file.text)
}

#[cfg(test)]
mod tests;
