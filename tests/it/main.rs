//! Journeys over the command line and HTTP.

mod architecture;
mod command_line;
mod faults;
mod http;
mod kills;
mod ownership;
mod secrets;
