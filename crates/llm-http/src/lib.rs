//! What HTTP providers share: client, redaction, Retry-After, status classification, SSE and NDJSON decoders with hard caps.
