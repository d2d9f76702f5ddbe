//! The commands, from a machine without a key.

use llm_testkit::{Upstream, Vendor};
use serde_json::json;

use crate::gateway::{Home, KEY, lines};

#[test]
fn the_main_job_runs_without_a_key_and_is_found_in_the_log() {
    let home = Home::new();
    let output = home.run(&["chat", "Hello, world!", "--user", "ada"]);
    assert!(output.status.success());
    assert_eq!(String::from_utf8_lossy(&output.stdout), "Hello, world!\n");
    let summary = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(summary.contains("mock/echo") && summary.contains("$0.000006"), "{summary}");

    let requests = home.json(&["requests", "--json"]);
    assert_eq!(requests.len(), 1);
    let request = &requests[0];
    assert_eq!(request["status"], "ok");
    assert_eq!(request["user"], "ada");
    assert_eq!(request["streamed"], true);
    assert_eq!(request["usage"]["cost_usd"], "0.000006");
    assert_eq!(request["usage"]["cost_source"], "provider");
    assert!(summary.contains(request["request_id"].as_str().unwrap()), "the summary names the row");

    let usage = home.json(&["usage", "--by", "total", "--json"]);
    assert_eq!((&usage[0]["requests"], &usage[0]["known_cost_usd"]), (&json!(1), &json!("0.000006")));
    let whole = home.json(&["requests", "--json", "--id", request["request_id"].as_str().unwrap()]);
    assert_eq!(whole[0]["calls"][0]["status"], "ok");
}

#[test]
fn answers_come_as_json_and_fit_schemas() {
    let home = Home::new();
    let reply = &home.json(&["chat", "one two", "--json", "--model", "mock/echo"])[0];
    assert_eq!((&reply["text"], &reply["input_tokens"]), (&json!("one two"), &json!(2)));

    let schema =
        json!({"type": "object", "properties": {"level": {"type": "integer"}}, "required": ["level"]});
    std::fs::write(home.file("npc.json"), schema.to_string()).unwrap();
    let reply = &home.json(&["chat", r#"{"level": 3}"#, "--schema", "npc.json", "--json"])[0];
    assert_eq!(reply["enforced_by"], "json_mode");
    let output = home.run(&["chat", r#"{"level": "high"}"#, "--schema", "npc.json", "--json"]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(lines(&output.stderr).last().unwrap()["error"]["kind"], "invalid_response");
}

#[test]
fn a_broken_answer_is_a_failure_however_much_was_printed() {
    let home = Home::new();
    let output = home.run(&["chat", "one two three four", "--model", "mock/cut"]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(String::from_utf8_lossy(&output.stdout), "one two \n");
    assert!(String::from_utf8_lossy(&output.stderr).contains("error: mock/cut broke off"));
    assert_eq!(home.json(&["requests", "--json"])[0]["status"], "failed");
}

#[test]
fn what_is_wrong_is_told_with_its_place_and_exit_code_2() {
    let home = Home::new().with("CACHE_TTL", "soon");
    std::fs::write(home.file("llm.toml"), "[openruter]\napi_key = \"x\"\n").unwrap();
    let output = home.run(&["check-config", "--config", "llm.toml"]);
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{told}");
    assert!(told.contains("llm.toml:1:2") && told.contains("openrouter"), "{told}");
    assert!(told.contains("CACHE_TTL"), "every problem at once: {told}");

    let output = Home::new().run(&["chat", "hi", "--model", "openrouter/openai/gpt-4o"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("OPENROUTER_API_KEY"));
    assert_eq!(Home::new().run(&["chat", "hi", "--model", "openrouter/"]).status.code(), Some(1));
    assert_eq!(Home::new().run(&["no-such-command"]).status.code(), Some(2));
}

#[test]
fn check_config_shows_what_came_from_where_and_no_secret() {
    let home = Home::with_openrouter("http://127.0.0.1:9").with("LLM_ROLE_NARRATOR", "mock/lorem");
    let output = home.run(&["check-config", "--set", "cache.enabled=true"]);
    let shown = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success());
    assert!(
        shown.contains("narrator") && shown.contains("LLM_ROLE_NARRATOR") && shown.contains("--set"),
        "{shown}"
    );
    assert!(!shown.contains(KEY) && shown.contains("***"), "{shown}");
    assert!(home.json(&["check-config", "--json"])[0].is_object());
}

#[test]
fn a_default_provider_that_is_not_here_is_told_before_the_first_call() {
    let output = Home::new().with("LLM_PROVIDER", "opnrouter").run(&["check-config"]);
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(told.contains("`opnrouter`") && told.contains("`openrouter`"), "{told}");
    let told = Home::new().with("LLM_PROVIDER", "mock").run(&["check-config"]).stderr;
    assert!(!String::from_utf8_lossy(&told).contains("not here"));
}

#[test]
fn debug_tells_what_an_operator_looks_for() {
    let told = |home: Home| {
        let output = home.run(&["chat", "hi", "--model", "mock/broken", "--set", "retry.max_attempts=1"]);
        String::from_utf8_lossy(&output.stderr).into_owned()
    };
    let (short, long) = (told(Home::new()), told(Home::new().with("DEBUG", "true")));
    assert!(short.starts_with("error: mock/broken") && !short.contains("status: 500"), "{short}");
    assert!(long.contains("error: mock/broken") && long.contains("status: 500"), "{long}");
}

#[test]
fn public_addresses_are_refused_unless_told_so_plainly() {
    let output = Home::new().run(&["serve", "--listen", "0.0.0.0:0"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("--public-without-auth"));
}

#[tokio::test(flavor = "multi_thread")]
async fn openrouter_is_called_logged_and_priced() {
    let upstream = Upstream::vendor(Vendor::new(3).with_key(KEY)).await;
    let home = Home::with_openrouter(&upstream.url());
    let streamed = home.run(&["chat", "Tell me.", "--model", "openrouter/anthropic/claude-sonnet-4"]);
    assert!(streamed.status.success(), "{}", String::from_utf8_lossy(&streamed.stderr));
    let whole = home.json(&["chat", "Tell me.", "--model", "openrouter/auto", "--json"]);
    let calls = upstream.calls();
    assert_eq!(calls.len(), 2, "one upstream call for each");
    let asked: Vec<_> = calls.iter().map(|call| call.request.as_ref().unwrap()["model"].clone()).collect();
    assert_eq!(asked, ["anthropic/claude-sonnet-4", "openrouter/auto"]);
    assert_eq!(whole[0]["cost_usd"].as_str().unwrap(), calls[1].cost().to_string());

    let usage = &home.json(&["usage", "--by", "provider", "--json"])[0];
    let sum: llm_core::Usd = calls.iter().map(llm_testkit::Call::cost).sum();
    assert_eq!(
        (&usage["group"], usage["known_cost_usd"].as_str()),
        (&json!("openrouter"), Some(&*sum.to_string()))
    );
    assert_eq!(usage["unknown_costs"], 0);

    let listed = home.json(&["models", "--json"]);
    assert!(listed.iter().any(|model| model["id"].as_str().unwrap().starts_with("openrouter/")));
    for text in [&streamed.stdout, &streamed.stderr] {
        assert!(!String::from_utf8_lossy(text).contains(KEY));
    }
    for file in std::fs::read_dir(home.path()).unwrap() {
        let path = file.unwrap().path();
        if path.is_file() {
            let bytes = std::fs::read(&path).unwrap();
            assert!(
                !bytes.windows(KEY.len()).any(|window| window == KEY.as_bytes()),
                "{} holds the key",
                path.display()
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn migrate_and_reconcile_are_harmless_on_an_empty_log() {
    let upstream = Upstream::vendor(Vendor::new(1).with_key(KEY)).await;
    let home = Home::with_openrouter(&upstream.url());
    assert!(home.run(&["migrate"]).status.success());
    assert!(home.run(&["migrate"]).status.success());
    assert_eq!(home.json(&["reconcile", "--json"])[0]["settled"], 0);
    std::fs::write(home.file("ledger.jsonl"), "").unwrap();
    assert_eq!(home.json(&["reconcile", "--ledger", "ledger.jsonl", "--json"])[0]["agrees"], true);
    std::fs::write(home.file("bad.jsonl"), "{\"cost\": 1}\n").unwrap();
    let output = home.run(&["reconcile", "--ledger", "bad.jsonl"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("line 1"));
}

#[tokio::test(flavor = "multi_thread")]
async fn one_providers_records_say_nothing_of_anothers_calls() {
    let upstream = Upstream::vendor(Vendor::new(1).with_key(KEY)).await;
    let home = Home::with_openrouter(&upstream.url());
    for model in ["mock/echo", "openrouter/auto"] {
        assert!(home.run(&["chat", "hi", "--model", model]).status.success());
    }
    std::fs::write(home.file("ledger.jsonl"), upstream.ledger_jsonl()).unwrap();
    let all = home.run(&["reconcile", "--ledger", "ledger.jsonl"]);
    assert_eq!(all.status.code(), Some(3));
    let own = &home.json(&["reconcile", "--ledger", "ledger.jsonl", "--provider", "openrouter", "--json"])[0];
    assert_eq!((&own["agrees"], &own["matched"]), (&json!(true), &json!(1)));
    let later = ["reconcile", "--ledger", "empty.jsonl", "--since", "2999-01-01T00:00:00Z", "--json"];
    std::fs::write(home.file("empty.jsonl"), "").unwrap();
    assert_eq!(home.json(&later)[0]["agrees"], true, "the records begin after every call");
}

#[test]
fn completions_are_printed() {
    let output = Home::new().run(&["completions", "bash"]);
    assert!(String::from_utf8_lossy(&output.stdout).contains("llm-gateway"));
}
