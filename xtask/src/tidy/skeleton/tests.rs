use super::{File, PROVIDERS, a_provider_has_its_files};

#[test]
fn a_provider_without_its_error_table_is_refused() {
    let all = PROVIDERS
        .iter()
        .flat_map(|(name, wanted)| wanted.iter().map(move |path| format!("crates/{name}/{path}")));
    let mut files: Vec<File> = all.map(|path| File::new(&path, "")).collect();
    assert!(a_provider_has_its_files(&files).is_empty());
    files.retain(|file| file.path != "crates/llm-openrouter/src/error.rs");
    let found = a_provider_has_its_files(&files);
    assert!(found.len() == 1 && found[0].starts_with("crates/llm-openrouter/src/error.rs:"), "{found:?}");
}
