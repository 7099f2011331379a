//! Stories of calls over real HTTP, against a server that misbehaves on demand.

mod faults;
mod gemini;
mod keys;
mod models;
mod network;
mod ollama;
mod streaming;
mod world;
