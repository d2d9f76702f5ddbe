use super::{File, no_other_registry, no_paths_of_a_machine};

#[test]
fn a_path_of_one_machine_is_refused() {
    // Put together, so that nobody who looks for such paths finds this one.
    let text = format!("Run it.\n`cd /{}/me/llm`\n", "home");
    let found = no_paths_of_a_machine(&[File::new("docs/testing.md", &text)]);
    assert!(found[0].starts_with("docs/testing.md:2: `/home/`"), "{found:?}");
    let fine = "https://example.com/home/page and ../work/here and <root>/work.md";
    assert!(no_paths_of_a_machine(&[File::new("docs/testing.md", fine)]).is_empty());
}

#[test]
fn a_host_of_packages_is_refused() {
    // Put together, so that nobody who looks for such hosts finds this one.
    let line = format!("echo deb http://{}.example/debian\n", "deb");
    assert_eq!(no_paths_of_a_machine(&[File::new(".ci/run", &line)]).len(), 1);
}

#[test]
fn another_registry_is_refused() {
    let source = |url: &str| File::new("Cargo.lock", &format!("source = \"{url}\"\n"));
    assert!(no_other_registry(&[source("registry+https://github.com/rust-lang/index")]).is_empty());
    assert_eq!(no_other_registry(&[source("registry+https://elsewhere.example/index")]).len(), 1);
    assert!(no_other_registry(&[File::new(".github/deny.toml", "unknown-registry = \"deny\"\n")]).is_empty());
    let config = File::new(".cargo/config.toml", "[source.crates-io]\nreplace-with = \"mirror\"\n");
    assert!(no_other_registry(&[config])[0].starts_with(".cargo/config.toml:2:"));
}
