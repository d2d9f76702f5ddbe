//! What holds for every provider without an upstream.

use llm_mock::Mock;
use llm_testkit::conformance::local::LocalModels;

llm_testkit::local_conformance!(
    Mock::new,
    LocalModels {
        whole: "echo",
        cut: Some("cut"),
        rate_limited: Some("rate-limited"),
        broken: Some("broken"),
        unknown: Some("no-such-model"),
    },
);
