use super::{File, LINES, everything_is_inherited};

fn manifest(dependencies: &str) -> File {
    let text = format!("[package]\n{}\n\n[lints]\nworkspace = true\n\n{dependencies}", LINES.join("\n"));
    File::new("crates/llm-core/Cargo.toml", &text)
}

#[test]
fn a_crate_that_inherits_everything_is_fine() {
    let file = manifest(
        "[dependencies]\nserde.workspace = true\n# why\ntokio = { workspace = true, features = [] }\n",
    );
    assert!(everything_is_inherited(&[file]).is_empty());
}

#[test]
fn a_version_of_its_own_is_refused() {
    let found = everything_is_inherited(&[manifest("[dev-dependencies]\nserde = \"1\"\n")]);
    assert!(found[0].contains("`serde` has a version of its own"), "{found:?}");
    let file = File::new("xtask/Cargo.toml", "[package]\nversion = \"0.2.0\"\n");
    assert_eq!(everything_is_inherited(&[file]).len(), LINES.len() + 1);
}

#[test]
fn examples_stand_outside() {
    assert!(everything_is_inherited(&[File::new("docs/examples/x/Cargo.toml", "[package]\n")]).is_empty());
}
