//! The facade: one service for every model: configuration, routing, the pipeline, structured output, the request log.
