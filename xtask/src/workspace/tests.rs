use super::metadata;

#[test]
fn cargo_run_is_the_gateway() {
    let metadata = metadata().unwrap();
    let targets = metadata.workspace_default_packages().into_iter().flat_map(|package| &package.targets);
    let programs: Vec<_> = targets.filter(|target| target.is_bin()).map(|target| &*target.name).collect();
    assert_eq!(programs, ["llm-gateway"], "`default-members` holds whatever else has a program");
}
