//! What templates do, told as stories.

#[cfg(test)]
mod checking;
mod dotprompt;
#[cfg(test)]
mod editing;
mod functions;
#[cfg(test)]
mod nunjucks;
#[cfg(test)]
mod oracle;
#[cfg(test)]
mod partials;
#[cfg(test)]
mod prompt_file;
#[cfg(test)]
mod properties;
#[cfg(test)]
mod rendering;
