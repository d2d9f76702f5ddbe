use super::combinations_of;

#[test]
fn each_feature_is_checked_by_itself() {
    let runs = combinations_of([("default", 2), ("mock", 1), ("openrouter", 1)].into_iter());
    let shown: Vec<String> = runs.iter().map(|run| run.join(" ")).collect();
    let expected = [
        "--no-default-features",
        "",
        "--no-default-features --features mock",
        "--no-default-features --features openrouter",
    ];
    assert_eq!(shown, expected);
}

#[test]
fn a_crate_without_features_is_checked_once() {
    assert_eq!(combinations_of([("default", 0)].into_iter()).len(), 1);
}
