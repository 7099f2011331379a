//! Stories of calls over real HTTP, against a server that misbehaves on demand.

mod anthropic;
mod bedrock;
mod faults;
mod keys;
mod models;
mod network;
mod streaming;
mod world;
