//! Databases of their own on a PostgreSQL server, where there is one.

use std::process::Command;

/// The server's address; `None`, and a note, where there is none. In CI that is a failure.
#[expect(
    clippy::disallowed_methods,
    clippy::print_stderr,
    reason = "which servers there are is for the environment to say, and a test that was skipped is told"
)]
pub(crate) fn server(test: &str) -> Option<String> {
    let server = std::env::var("LLM_TEST_POSTGRES_URL").ok();
    if server.is_none() {
        assert!(std::env::var("CI").is_err(), "LLM_TEST_POSTGRES_URL is not set; run `cargo xtask test`");
        eprintln!("skipped: {test} (LLM_TEST_POSTGRES_URL is not set)");
    }
    server
}

/// The address of a new, empty database.
pub(crate) fn database(server: &str, name: &str) -> String {
    let output = Command::new("psql")
        .args([server, "--quiet", "-c", &format!("CREATE DATABASE {name}")])
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let (address, parameters) = server.split_once('?').map_or((server, None), |(a, p)| (a, Some(p)));
    let host = address.rsplit_once('/').unwrap().0;
    let address = format!("{host}/{name}");
    parameters.map_or(address.clone(), |parameters| format!("{address}?{parameters}"))
}
