//! The program: it says where it is, serves, and gives its ledger.

use std::process::{Command, Stdio};

use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt as _, BufReader},
    process,
};

use crate::raw::Raw;

const PROGRAM: &str = env!("CARGO_BIN_EXE_llm-upstream");

#[tokio::test]
async fn it_prints_its_address_and_serves_its_ledger() {
    let arguments = ["--seed", "9", "--words", "3", "--fault", "status_503=0"];
    let mut program = process::Command::new(PROGRAM)
        .args(arguments)
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(program.stdout.take().unwrap()).lines();
    let url = lines.next_line().await.unwrap().unwrap();
    let address = url.strip_prefix("http://").unwrap().parse().unwrap();

    let body = json!({"model": "m", "messages": []});
    let reply = Raw::post(address, "/chat/completions", "req.1", &body).await.reply().await.unwrap().json();
    let ledger = Raw::get(address, "/ledger").await.reply().await.unwrap().text();
    let line: Value = serde_json::from_str(&ledger).unwrap();
    assert_eq!(
        (line["id"].clone(), line["client_request_id"].as_str()),
        (reply["id"].clone(), Some("req.1"))
    );
    assert_eq!(line["completion_tokens"], 3);
}

#[test]
fn it_names_what_is_wrong_with_its_arguments() {
    let said = |arguments: &[&str]| {
        let output = Command::new(PROGRAM).args(arguments).output().unwrap();
        (output.status.success(), String::from_utf8(output.stderr).unwrap())
    };
    assert_eq!(said(&["--port"]), (false, "llm-upstream: --port wants a value\n".to_owned()));
    assert_eq!(said(&["--port", "x"]).1, "llm-upstream: --port wants a number, not `x`\n");
    assert_eq!(said(&["--fault", "nix=1"]).1, "llm-upstream: there is no fault `nix`; see --help\n");
    assert_eq!(
        said(&["--fault", "each=7"]).1,
        "llm-upstream: the share of --fault each is from 0 to 1, not 7\n"
    );
    assert_eq!(said(&["--what"]).1, "llm-upstream: --what is no option; see --help\n");
    assert!(said(&["--help"]).0);
}
