//! The ledger: one row per request and per upstream call, with exact cost, on SQLite and PostgreSQL.
