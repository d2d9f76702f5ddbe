//! The response cache: moka in process, a canonical key, single flight.
