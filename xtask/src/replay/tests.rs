use std::fs;

use super::{CRATES, LAYOUT, check_layout, passed, scope};

#[test]
fn a_folder_of_something_else_is_refused_with_what_it_lacks() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("sse")).unwrap();
    fs::write(folder.path().join("sse/expected.json"), "{}").unwrap();
    let error = check_layout(folder.path()).unwrap_err().to_string();
    assert!(error.contains("openrouter/manifest.json") && !error.contains("sse/expected.json"), "{error}");
}

#[test]
fn a_vendors_folder_means_its_provider() {
    let folder = tempfile::tempdir().unwrap();
    for (path, _) in LAYOUT {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, "{}").unwrap();
    }
    assert_eq!(scope(folder.path()).unwrap(), (folder.path(), CRATES.to_vec()));
    let vendor = folder.path().join("openrouter");
    assert_eq!(scope(&vendor).unwrap(), (folder.path(), vec!["llm-openrouter"]));
    assert!(scope(&folder.path().join("sse")).is_err());
}

#[test]
fn the_count_comes_from_the_test_programs_last_word() {
    let output =
        "running 3 tests\n...\ntest result: ok. 3 passed; 0 failed; 0 ignored; 0 measured; 38 filtered out\n";
    assert_eq!(passed(output), 3);
    assert_eq!(passed("running 0 tests"), 0);
}
