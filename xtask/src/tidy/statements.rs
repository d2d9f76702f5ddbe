//! SQL is text that is fixed when the program is compiled.

use super::{
    Findings,
    files::{File, rust},
};

/// How a statement begins.
const STATEMENTS: [&str; 4] = ["SELECT ", "INSERT INTO ", "UPDATE ", "DELETE FROM "];

/// No statement is pasted together: values are bound, names are fixed.
pub(super) fn no_statement_is_pasted_together(files: &[File]) -> Findings {
    let lines = rust(files).flat_map(|file| file.lines().map(move |(number, line)| (file, number, line)));
    let pasted = lines.filter(|(_, _, line)| {
        line.contains("format!") && STATEMENTS.iter().any(|statement| line.contains(statement))
    });
    pasted
        .map(|(file, number, _)| {
            format!("{}:{number}: SQL out of `format!`: make it a constant and bind its values", file.path)
        })
        .collect()
}

#[cfg(test)]
mod tests;
