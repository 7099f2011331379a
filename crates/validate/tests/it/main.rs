//! What is accepted and refused, told as stories.

#[cfg(test)]
mod answers;
#[cfg(test)]
mod conclusions;
#[cfg(test)]
mod declarations;
#[cfg(test)]
mod inputs;
#[cfg(test)]
mod javascript;
#[cfg(test)]
mod judges;
#[cfg(test)]
mod promptfoo;
#[cfg(test)]
mod rules;
#[cfg(test)]
mod support;
#[cfg(test)]
mod types;
