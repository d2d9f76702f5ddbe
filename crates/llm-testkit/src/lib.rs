//! A scripted loopback upstream with its own ledger, a corpus of requests, a conformance suite for providers.
