//! What is accepted and refused, told as stories.

#[cfg(test)]
mod answers;
#[cfg(test)]
mod declarations;
#[cfg(test)]
mod inputs;
