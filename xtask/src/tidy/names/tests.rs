use super::{File, a_file_is_named_after_its_concept, the_root_is_small};

#[test]
fn a_note_at_the_root_is_refused() {
    let files = [File::new("README.md", ""), File::new("NOTES.md", ""), File::new("scripts/run.sh", "")];
    let found = the_root_is_small(&files);
    assert!(found[0].starts_with("NOTES.md:") && found[1].starts_with("scripts:"), "{found:?}");
}

#[test]
fn a_name_without_a_concept_is_refused() {
    for path in ["crates/llm-core/src/utils.rs", "crates/llm-core/tests/it/common/mod.rs"] {
        assert_eq!(a_file_is_named_after_its_concept(&[File::new(path, "")]).len(), 1, "{path}");
    }
    assert!(a_file_is_named_after_its_concept(&[File::new("crates/llm-core/src/money.rs", "")]).is_empty());
}
