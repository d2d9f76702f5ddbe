use super::{
    CRATES, File, every_crate_is_named, every_floor_is_told, every_link_leads_somewhere, every_path_is_there,
    resolve,
};

#[test]
fn a_crate_that_no_table_names_is_found() {
    let rows: String = CRATES.iter().map(|(name, floor)| format!("| {floor} | [`{name}`](x) |\n")).collect();
    let pages = |rows: &str| {
        let text = format!("{rows}`llm-testkit` `xtask`");
        [File::new("README.md", &text), File::new("docs/architecture.md", &text)]
    };
    assert!(every_crate_is_named(&pages(&rows)).is_empty());
    assert!(every_floor_is_told(&pages(&rows)).is_empty());

    let found = every_crate_is_named(&pages(&rows.replace("`llm-cache`", "`llm-store`")));
    assert_eq!(found.len(), 2, "{found:?}");
    let found =
        every_floor_is_told(&pages(&rows.replace("| 3 | [`llm-services`]", "| 1 | [`llm-services`]")));
    assert!(found.len() == 1 && found[0].contains("`llm-services` stands on floor 3"), "{found:?}");
}

#[test]
fn a_link_to_what_is_gone_is_found() {
    let page = "[a](decisions/README.md#one) [b](../crates/llm-core) [c](https://example.com/x.md) [d](crate::Error)\n\
                ```text\n[e](nowhere.md)\n```\n[f](gone.md)\n";
    let files = [
        File::new("docs/testing.md", page),
        File::new("docs/decisions/README.md", ""),
        File::new("crates/llm-core/README.md", ""),
    ];
    let found = every_link_leads_somewhere(&files);
    assert!(found.len() == 1 && found[0].starts_with("docs/testing.md:5: `gone.md`"), "{found:?}");
}

#[test]
fn a_path_that_is_gone_is_found() {
    let page = "See `crates/llm-core/src/`, `crates/llm-<vendor>/src` and `src/lib.rs`.\nAnd `crates/llm-core/old.rs`.\n";
    let files = [File::new("docs/testing.md", page), File::new("crates/llm-core/src/lib.rs", "")];
    let found = every_path_is_there(&files);
    assert!(
        found.len() == 1 && found[0].starts_with("docs/testing.md:2: `crates/llm-core/old.rs`"),
        "{found:?}"
    );
}

#[test]
fn a_link_is_read_from_its_page() {
    assert_eq!(resolve("docs/decisions/README.md", "../testing.md"), "docs/testing.md");
    assert_eq!(resolve("README.md", "./crates/llm-core/"), "crates/llm-core");
}
