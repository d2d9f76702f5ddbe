//! A statement that is put together, for either database.

use sqlx::{AssertSqlSafe, FromRow, PgPool, SqlitePool, postgres::PgRow, sqlite::SqliteRow};
use uuid::Uuid;

use super::Read;

/// A statement that is put together out of texts of this program and bound values of whatever origin.
#[derive(Debug)]
pub(crate) struct Statement {
    text: String,
    values: Vec<Value>,
}

/// A value to bind.
#[derive(Debug)]
pub(crate) enum Value {
    Text(String),
    Number(i64),
    Flag(bool),
    Id(Uuid),
}

impl Statement {
    pub(crate) fn new(text: &'static str) -> Self {
        Self { text: text.to_owned(), values: Vec::new() }
    }

    /// The text, to be explained.
    #[cfg(test)]
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// Adds a text of this program's own.
    pub(crate) fn push(&mut self, text: &'static str) -> &mut Self {
        self.text.push_str(text);
        self
    }

    /// Adds a parameter and its value.
    pub(crate) fn bind(&mut self, value: Value) -> &mut Self {
        self.values.push(value);
        self.text.push('$');
        self.text.push_str(&self.values.len().to_string());
        self
    }

    /// Adds a text and a parameter, if there is a value.
    pub(crate) fn bind_some(&mut self, text: &'static str, value: Option<Value>) -> &mut Self {
        match value {
            Some(value) => self.push(text).bind(value),
            None => self,
        }
    }
}

/// A database to read from.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Source<'a> {
    Sqlite(&'a SqlitePool),
    Postgres(&'a PgPool),
}

/// Binds the values. The two kinds of query have no trait in common that could say so.
macro_rules! bound {
    ($statement:expr) => {{
        let mut query = sqlx::query_as(AssertSqlSafe($statement.text));
        for value in $statement.values {
            query = match value {
                Value::Text(text) => query.bind(text),
                Value::Number(number) => query.bind(number),
                Value::Flag(flag) => query.bind(flag),
                Value::Id(id) => query.bind(id),
            };
        }
        query
    }};
}

impl Source<'_> {
    /// Reads all rows.
    pub(crate) async fn read<T>(self, statement: Statement) -> sqlx::Result<Vec<T>>
    where
        T: Send + Unpin,
        Read<T>: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow>,
    {
        let rows: Vec<Read<T>> = match self {
            Self::Sqlite(pool) => bound!(statement).fetch_all(pool).await?,
            Self::Postgres(pool) => bound!(statement).fetch_all(pool).await?,
        };
        Ok(rows.into_iter().map(|Read(record)| record).collect())
    }
}
