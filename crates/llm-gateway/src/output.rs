//! What is printed: text for people on a terminal, JSON for programs.

use std::{
    io::{self, IsTerminal as _, Write as _},
    process::ExitCode,
};

use comfy_table::{ContentArrangement, Table, presets::NOTHING};
use serde::Serialize;
use serde_json::json;

use crate::failure::Failure;

/// Where a command prints.
///
/// Results go to standard output, everything said about them to standard error.
#[derive(Debug)]
pub(crate) struct Output {
    json: bool,
    /// Whether failures are told with their reports.
    debug: bool,
}

impl Output {
    pub(crate) fn new(json: bool) -> Self {
        Self { json, debug: false }
    }

    /// Tells failures with their reports from now on, if the setting `debug` says so.
    pub(crate) fn set_debug(&mut self, debug: bool) {
        self.debug = debug;
    }

    /// Whether programs are reading.
    pub(crate) fn is_json(&self) -> bool {
        self.json
    }

    /// Text, as it is, at once.
    pub(crate) fn text(&mut self, text: &str) -> io::Result<()> {
        let mut out = io::stdout().lock();
        out.write_all(text.as_bytes())?;
        out.flush()
    }

    /// One line of text.
    pub(crate) fn line(&mut self, line: &str) -> io::Result<()> {
        writeln!(io::stdout().lock(), "{line}")
    }

    /// One JSON value on a line.
    pub(crate) fn value(&mut self, value: &impl Serialize) -> io::Result<()> {
        let mut out = io::stdout().lock();
        serde_json::to_writer(&mut out, value)?;
        out.write_all(b"\n")
    }

    /// Rows under a head.
    pub(crate) fn table(
        &mut self,
        head: &[&str],
        rows: impl IntoIterator<Item = Vec<String>>,
    ) -> io::Result<()> {
        let mut table = Table::new();
        table.load_style(NOTHING).set_header(head.iter().copied());
        // In a pipe every row keeps its line, however long.
        if io::stdout().is_terminal() {
            table.set_content_arrangement(ContentArrangement::Dynamic);
        }
        rows.into_iter().for_each(|row| {
            table.add_row(row);
        });
        let mut out = io::stdout().lock();
        table.lines().try_for_each(|line| writeln!(out, "{}", line.trim_end()))
    }

    /// Something said about the result, to people; programs do not read it.
    pub(crate) fn note(&mut self, note: &str) {
        if !self.json {
            // Nothing to be done about a closed standard error.
            let _ = writeln!(io::stderr().lock(), "{note}");
        }
    }

    /// Says how the command failed.
    pub(crate) fn fail(&mut self, failure: &Failure) -> ExitCode {
        let mut err = io::stderr().lock();
        let report = failure.report.as_deref().filter(|_| self.debug);
        let _ = if self.json {
            let request_id = failure.request_id.map(|id| id.to_string());
            writeln!(
                err,
                "{}",
                json!({ "error": {
                    "kind": failure.kind, "message": failure.message, "request_id": request_id, "report": report,
                } })
            )
        } else {
            let request = failure.request_id.map(|id| format!(" (request {id})")).unwrap_or_default();
            let report = report.map(|report| format!("\n{report}")).unwrap_or_default();
            writeln!(err, "error: {}{request}{report}", failure.message)
        };
        failure.exit_code()
    }
}
