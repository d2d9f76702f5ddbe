use std::fs;

use super::{find_in, newest_first};

#[test]
fn the_newest_version_comes_first_by_number() {
    let folder = tempfile::tempdir().unwrap();
    for version in ["9", "15", "common"] {
        fs::create_dir_all(folder.path().join(version).join("bin")).unwrap();
    }
    let found = newest_first(folder.path());
    assert_eq!(found, [folder.path().join("15/bin"), folder.path().join("9/bin")]);
}

#[test]
fn programs_come_out_of_one_folder() {
    let (half, whole) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    fs::write(half.path().join("postgres"), "").unwrap();
    for program in ["postgres", "initdb"] {
        fs::write(whole.path().join(program), "").unwrap();
    }
    let folders = [half.path().to_owned(), whole.path().to_owned()];
    let found = find_in(&folders, &["postgres", "initdb"]).unwrap();
    assert!(found.iter().all(|path| path.starts_with(whole.path())));
    assert_eq!(find_in(&folders[..1], &["postgres", "initdb"]), None);
}
