//! Tests of usage and cost.
