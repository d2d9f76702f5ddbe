//! What only shows from outside: the vocabulary survives its own JSON.

mod json;
