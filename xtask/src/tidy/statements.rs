//! SQL is text that is fixed when the program is compiled.

use super::{
    Findings,
    files::{File, rust},
};

/// How a statement begins.
const STATEMENTS: [&str; 4] = ["SELECT ", "INSERT INTO ", "UPDATE ", "DELETE FROM "];
/// What puts text together at run time.
const MACROS: [&str; 3] = ["format!(", "write!(", "writeln!("];

/// No statement is pasted together: values are bound, names are fixed.
pub(super) fn no_statement_is_pasted_together(files: &[File]) -> Findings {
    let found = rust(files).flat_map(|file| pasted(&file.text).map(move |line| (file, line)));
    let tell = |(file, line): (&File, usize)| {
        format!("{}:{line}: SQL put together at run time: make it a constant and bind its values", file.path)
    };
    found.map(tell).collect()
}

/// The lines on which a macro begins that holds a statement.
fn pasted(text: &str) -> impl Iterator<Item = usize> {
    let begins = MACROS.iter().flat_map(|name| text.match_indices(name).map(|(at, _)| at));
    let holds = |at: &usize| STATEMENTS.iter().any(|statement| call(&text[*at..]).contains(statement));
    begins.filter(holds).map(|at| text[..at].matches('\n').count() + 1)
}

/// A macro's call, up to the parenthesis that closes it.
fn call(text: &str) -> &str {
    let mut open = 0_usize;
    let closes = |letter: char| {
        match letter {
            '(' => open += 1,
            ')' => open = open.saturating_sub(1),
            _ => return false,
        }
        open == 0
    };
    text.find(closes).map_or(text, |end| &text[..end])
}

#[cfg(test)]
mod tests;
