use std::fs;

use super::{FILES, check, fill, type_name, write};

#[test]
fn a_name_becomes_a_crate_a_module_and_a_type() {
    assert_eq!(type_name("in-house"), "InHouse");
    assert_eq!(type_name("ai21"), "Ai21");
    assert_eq!(fill("llm-{{name}} llm_{{name_}} {{Name}}", "in-house"), "llm-in-house llm_in_house InHouse");
}

#[test]
fn names_that_are_none_are_refused() {
    for name in ["", "Acme", "a b", "-acme", "acme-", "a--b", "9lives", "../acme", "llm-acme", "core", "äcme"]
    {
        assert!(check(name).is_err(), "{name}");
    }
    for name in ["acme", "in-house", "ai21"] {
        check(name).unwrap();
    }
}

#[test]
fn every_file_of_the_skeleton_is_written_and_filled_in() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path().join("llm-acme");
    write(&folder, "acme").unwrap();
    for (path, _) in FILES {
        let text = fs::read_to_string(folder.join(path)).unwrap();
        assert!(!text.contains("{{"), "{path} has a place that was not filled in");
        assert!(text.ends_with('\n'), "{path}");
    }
}

#[test]
fn nothing_is_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("README.md"), "mine").unwrap();
    assert!(write(folder.path(), "acme").unwrap_err().to_string().contains("exists already"));
    assert_eq!(fs::read_to_string(folder.path().join("README.md")).unwrap(), "mine");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}
