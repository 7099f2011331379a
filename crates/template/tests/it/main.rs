//! What templates do, told as stories.

#[cfg(test)]
mod rendering;
