//! A proxy in the environment is not used.

use std::{io::ErrorKind, net::TcpListener, process::Command};

#[test]
fn no_variable_of_the_environment_turns_a_call_away_from_its_host() {
    let canary = TcpListener::bind("127.0.0.1:0").unwrap();
    canary.set_nonblocking(true).unwrap();
    let proxy = format!("http://{}", canary.local_addr().unwrap());
    let mut call = Command::new(std::env::current_exe().unwrap());
    call.args(["--exact", "client::a_call_goes_straight_to_its_host_and_its_answer_comes_back"]);
    for name in ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"] {
        call.env(name, &proxy);
    }
    call.env_remove("NO_PROXY").env_remove("no_proxy").env_remove("REQUEST_METHOD");
    let output = call.output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && said.contains("1 passed"), "{said}");
    assert_eq!(canary.accept().unwrap_err().kind(), ErrorKind::WouldBlock);
}
