use super::wrong;

#[test]
fn a_dependency_with_a_home_is_refused_elsewhere() {
    assert_eq!(wrong("llm-http", "reqwest", false), None);
    assert_eq!(wrong("llm-gateway", "reqwest", true), None);
    assert_eq!(wrong("llm-cache", "serde", false), None);
    assert!(wrong("llm-gateway", "reqwest", false).unwrap().contains("llm-http only"));
    assert!(wrong("llm-openrouter", "reqwest", true).is_some());
    assert!(wrong("llm-cache", "sqlx", false).is_some());
}
