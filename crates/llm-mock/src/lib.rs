//! Built-in models that need no vendor: mock/echo and mock/lorem, with usage and cost.
