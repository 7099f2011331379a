//! Stories of calls over real HTTP, against a server that misbehaves on demand.

mod anthropic;
mod azure;
mod bedrock;
mod faults;
mod gemini;
mod keys;
mod matrix;
mod models;
mod network;
mod ollama;
mod openai_responses;
mod signatures;
mod streaming;
mod world;
