//! The stems of English words, by M. F. Porter, "An algorithm for suffix stripping", 1980
//! (<https://tartarus.org/martin/PorterStemmer/def.txt>).

/// What an ending becomes where enough of the word stands before it.
type Ending = (&'static str, &'static str);

const STEP_2: &[Ending] = &[
    ("ational", "ate"),
    ("tional", "tion"),
    ("enci", "ence"),
    ("anci", "ance"),
    ("izer", "ize"),
    ("bli", "ble"),
    ("alli", "al"),
    ("entli", "ent"),
    ("eli", "e"),
    ("ousli", "ous"),
    ("ization", "ize"),
    ("ation", "ate"),
    ("ator", "ate"),
    ("alism", "al"),
    ("iveness", "ive"),
    ("fulness", "ful"),
    ("ousness", "ous"),
    ("aliti", "al"),
    ("iviti", "ive"),
    ("biliti", "ble"),
    ("logi", "log"),
];

const STEP_3: &[Ending] = &[
    ("icate", "ic"),
    ("ative", ""),
    ("alize", "al"),
    ("iciti", "ic"),
    ("ical", "ic"),
    ("ful", ""),
    ("ness", ""),
];

const STEP_4: &[&str] = &[
    "al", "ance", "ence", "er", "ic", "able", "ible", "ant", "ement", "ment", "ent", "ion", "ou", "ism",
    "ate", "iti", "ous", "ive", "ize",
];

/// The stem of a word in small letters. One that is not of letters from `a` to `z` stays as it is.
pub(crate) fn stem(word: &str) -> String {
    if word.len() < 3 || !word.bytes().all(|letter| letter.is_ascii_lowercase()) {
        return word.to_owned();
    }
    let word = plural(word.to_owned());
    let mut word = past_and_gerund(word);
    if let Some(before) = word.strip_suffix('y')
        && has_vowel(before)
    {
        word = format!("{before}i");
    }
    let word = last_e(without(with_ending(with_ending(word, STEP_2), STEP_3)));
    if measure(&word) > 1 && word.ends_with("ll") { word[..word.len() - 1].to_owned() } else { word }
}

/// Step 1a.
fn plural(word: String) -> String {
    if word.ends_with("sses") || word.ends_with("ies") {
        word[..word.len() - 2].to_owned()
    } else if word.ends_with('s') && !word.ends_with("ss") {
        word[..word.len() - 1].to_owned()
    } else {
        word
    }
}

/// Step 1b.
fn past_and_gerund(word: String) -> String {
    if let Some(before) = word.strip_suffix("eed") {
        return if measure(before) > 0 { format!("{before}ee") } else { word };
    }
    let before = word.strip_suffix("ed").or_else(|| word.strip_suffix("ing"));
    let Some(before) = before.filter(|before| has_vowel(before)) else { return word };
    if ["at", "bl", "iz"].iter().any(|ending| before.ends_with(ending)) {
        return format!("{before}e");
    }
    if ends_double(before) && !before.ends_with(['l', 's', 'z']) {
        return before[..before.len() - 1].to_owned();
    }
    if measure(before) == 1 && ends_short(before) { format!("{before}e") } else { before.to_owned() }
}

/// Steps 2 and 3: the longest ending that is there decides.
fn with_ending(word: String, endings: &[Ending]) -> String {
    let found = endings.iter().filter_map(|(ending, with)| Some((word.strip_suffix(ending)?, with)));
    match found.min_by_key(|(before, _)| before.len()) {
        Some((before, with)) if measure(before) > 0 => format!("{before}{with}"),
        _ => word,
    }
}

/// Step 4.
fn without(word: String) -> String {
    let found = STEP_4.iter().filter_map(|ending| Some((word.strip_suffix(ending)?, *ending)));
    match found.min_by_key(|(before, _)| before.len()) {
        Some((before, ending))
            if measure(before) > 1 && (ending != "ion" || before.ends_with(['s', 't'])) =>
        {
            before.to_owned()
        }
        _ => word,
    }
}

/// Step 5a.
fn last_e(word: String) -> String {
    match word.strip_suffix('e') {
        Some(before) if measure(before) > 1 || (measure(before) == 1 && !ends_short(before)) => {
            before.to_owned()
        }
        _ => word,
    }
}

/// How often a vowel is followed by a consonant.
fn measure(word: &str) -> usize {
    let consonants = consonants(word);
    consonants.windows(2).filter(|pair| !pair[0] && pair[1]).count()
}

/// Which letters are consonants, from the first to the last.
fn consonants(word: &str) -> Vec<bool> {
    let mut found: Vec<bool> = Vec::with_capacity(word.len());
    for letter in word.bytes() {
        let is_consonant = match letter {
            b'a' | b'e' | b'i' | b'o' | b'u' => false,
            b'y' => found.last().is_none_or(|before| !before),
            _ => true,
        };
        found.push(is_consonant);
    }
    found
}

fn has_vowel(word: &str) -> bool {
    consonants(word).contains(&false)
}

/// Whether it ends with the same consonant twice.
fn ends_double(word: &str) -> bool {
    let letters = word.as_bytes();
    matches!(letters, [.., one, other] if one == other) && consonants(word).ends_with(&[true])
}

/// Whether it ends with consonant, vowel and consonant, of which the last is not `w`, `x` or `y`.
fn ends_short(word: &str) -> bool {
    consonants(word).ends_with(&[true, false, true]) && !word.ends_with(['w', 'x', 'y'])
}
