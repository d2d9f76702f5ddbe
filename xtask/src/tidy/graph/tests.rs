use super::{AUTOMATION, CRATES, Edge, TESTKIT, members, wrong};

fn edge<'a>(from: &'a str, to: &'a str) -> Edge<'a> {
    Edge { from, to, dev: false }
}

#[test]
fn edges_go_down() {
    assert_eq!(wrong(edge("llm-gateway", "llm-services")), None);
    assert_eq!(wrong(edge("llm-http", "llm-provider")), None);
    assert!(wrong(edge("llm-core", "llm-provider")).is_some());
    assert!(wrong(edge("llm-wire", "llm-http")).is_some());
    assert!(wrong(Edge { dev: true, ..edge("llm-core", "llm-services") }).is_some());
}

#[test]
fn no_provider_depends_on_another() {
    assert!(wrong(edge("llm-mock", "llm-openrouter")).unwrap().contains("nothing of floor 2"));
}

#[test]
fn the_testkit_is_for_tests() {
    assert_eq!(wrong(Edge { dev: true, ..edge("llm-openrouter", TESTKIT) }), None);
    assert!(wrong(edge("llm-gateway", TESTKIT)).unwrap().contains("dev-dependencies"));
    assert!(wrong(edge(TESTKIT, "llm-openrouter")).is_some());
    assert!(wrong(edge(AUTOMATION, "llm-core")).is_some());
}

#[test]
fn every_crate_has_a_floor_and_every_floor_its_crate() {
    let mut names: Vec<&str> = CRATES.iter().map(|(name, _)| *name).chain([TESTKIT, AUTOMATION]).collect();
    assert!(members(&names).is_empty());
    names[0] = "llm-utils";
    let found = members(&names);
    assert!(found[0].starts_with("llm-utils: a crate without a floor"), "{found:?}");
    assert!(found[1].starts_with("llm-core: a floor without a crate"), "{found:?}");
}
