//! The chunks of a stream, as they stand on the wire.

use serde_json::{Value, value::RawValue};

use super::tolerant::{Arguments, Integer, Items, Piece, Text, wire_object};

wire_object! {
    /// One chunk.
    struct Chunk<'a> {
        id: Text<'a> = "id",
        model: Text<'a> = "model",
        provider: Text<'a> = "provider",
        created: Integer = "created",
        system_fingerprint: Text<'a> = "system_fingerprint",
        service_tier: Text<'a> = "service_tier",
        choices: Items<ChoiceChunk<'a>> = "choices",
        usage: Option<&'a RawValue> = "usage",
        /// Money, where older servers put it.
        cost: Option<&'a RawValue> = "cost",
        error: Value = "error",
        /// `chat.completion.chunk`, and padding against eavesdroppers: said of every chunk, of no use here.
        _object: Text<'a> = "object",
        _obfuscation: Text<'a> = "obfuscation",
    }
}

wire_object! {
    /// What a chunk says of one answer.
    struct ChoiceChunk<'a> {
        index: Integer = "index",
        delta: Option<Delta<'a>> = "delta",
        /// The whole message, at servers that have no deltas; at Perplexity everything so far, beside the delta.
        message: Option<Delta<'a>> = "message",
        finish_reason: Text<'a> = "finish_reason",
        native_finish_reason: Text<'a> = "native_finish_reason",
        logprobs: Value = "logprobs",
        error: Value = "error",
    }
}

wire_object! {
    /// A piece of a message.
    struct Delta<'a> {
        _role: Text<'a> = "role",
        content: Piece<'a> = "content",
        refusal: Piece<'a> = "refusal",
        reasoning: Text<'a> = "reasoning",
        reasoning_content: Text<'a> = "reasoning_content",
        thinking: Text<'a> = "thinking",
        reasoning_details: Items<Value> = "reasoning_details",
        tool_calls: Items<CallChunk<'a>> = "tool_calls",
    }
}

wire_object! {
    /// A piece of a tool call.
    struct CallChunk<'a> {
        index: Integer = "index",
        id: Text<'a> = "id",
        kind: Text<'a> = "type",
        function: FunctionChunk<'a> = "function",
        custom: CustomChunk<'a> = "custom",
    }
}

wire_object! {
    /// A piece of a call of a function.
    struct FunctionChunk<'a> {
        name: Text<'a> = "name",
        arguments: Arguments = "arguments",
    }
}

wire_object! {
    /// A piece of a call whose input is free text.
    struct CustomChunk<'a> {
        name: Text<'a> = "name",
        input: Arguments = "input",
    }
}
