//! What a folder of files does, told as stories on a real disk.

#[cfg(test)]
mod folder;
