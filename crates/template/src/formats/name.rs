//! Names of prompts, made from whatever a file calls them.

use super::FoundPrompt;
use formaops_domain::PromptName;
use std::collections::HashSet;

/// The name that comes nearest to a text: `Reply to customer.prompty` is `reply-to-customer`.
#[must_use]
pub fn to_prompt_name(text: &str) -> PromptName {
    let segments: Vec<String> = text.split(['/', '\\']).map(segment).filter(|s| !s.is_empty()).collect();
    let mut name = segments.join("/");
    name.truncate(PromptName::MAX_LENGTH);
    let name = name.trim_end_matches(['/', '-', '.']);
    name.parse().or_else(|_| "imported".parse()).unwrap_or_else(|_| unreachable!("a name that fits the rule"))
}

fn segment(text: &str) -> String {
    let mut out = String::new();
    for c in text.trim().chars().flat_map(char::to_lowercase) {
        match c {
            'a'..='z' | '0'..='9' => out.push(c),
            '.' | '_' | '-' if !out.is_empty() => out.push(c),
            _ if !out.is_empty() && !out.ends_with('-') => out.push('-'),
            _ => {}
        }
    }
    out.trim_end_matches(['-', '.']).to_owned()
}

/// The name of a file without folders and without what it ends with.
pub(super) fn stem(file: &str) -> &str {
    let name = file.rsplit(['/', '\\']).next().unwrap_or(file);
    match name.rsplit_once('.') {
        Some((stem, _)) if !stem.is_empty() => stem,
        _ => name,
    }
}

/// The name of a file with its folders, but without what it ends with.
pub(super) fn path_stem(file: &str) -> &str {
    let end = file.len() - file.rsplit(['/', '\\']).next().unwrap_or(file).len() + stem(file).len();
    &file[..end]
}

/// Gives later prompts of the same name a number.
pub(super) fn make_unique(prompts: &mut [FoundPrompt]) {
    let mut taken = HashSet::new();
    for prompt in prompts {
        if taken.contains(&prompt.name) {
            let free =
                (2u32..).map(|number| numbered(&prompt.name, number)).find(|name| !taken.contains(name));
            prompt.name = free.unwrap_or_else(|| prompt.name.clone());
        }
        taken.insert(prompt.name.clone());
    }
}

/// The name with a number at its end, cut where it would be too long.
#[must_use]
pub fn numbered(name: &PromptName, number: u32) -> PromptName {
    let end = format!("-{number}");
    let start = name.as_str();
    let start = &start[..start.len().min(PromptName::MAX_LENGTH - end.len())];
    format!("{start}{end}").parse().unwrap_or_else(|_| unreachable!("a name stays one with a number"))
}
