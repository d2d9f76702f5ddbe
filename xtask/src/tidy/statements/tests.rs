use super::{File, no_statement_is_pasted_together};

#[test]
fn a_statement_out_of_format_is_refused() {
    let file = |text: &str| [File::new("crates/llm-request-log/src/rows.rs", text)];
    let found = no_statement_is_pasted_together(&file("format!(\"SELECT * FROM {table}\")"));
    assert!(found[0].ends_with("bind its values"), "{found:?}");
    assert!(
        no_statement_is_pasted_together(&file("const ALL: &str = \"SELECT id FROM llm_requests\";"))
            .is_empty()
    );
    let later = "format!(\n    \"SELECT id FROM {} (one)\",\n    table,\n)";
    assert!(no_statement_is_pasted_together(&file(later))[0].contains("rows.rs:1:"));
    let apart = "format!(\"{}\", one());\nconst ALL: &str = \"SELECT id FROM llm_requests\";";
    assert!(no_statement_is_pasted_together(&file(apart)).is_empty());
}
