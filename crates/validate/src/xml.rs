//! XML as far as rules need it: whether it is well-formed, and which elements are in it.

use quick_xml::{
    Reader,
    events::{BytesStart, Event},
};

/// How deep elements may be nested.
const DEPTH: usize = 256;

/// The most of a text in bytes that is searched for elements.
const SEARCHED: usize = 1 << 20;

/// The most beginnings of elements that are tried and are none.
const FALSE_STARTS: usize = 64;

/// An element, or an attribute as one whose name begins with `@_`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Element {
    name: String,
    inside: Vec<Element>,
}

/// The outermost element of a document.
///
/// # Errors
/// Why the text is no well-formed document, for people.
pub(crate) fn document(text: &str) -> Result<Element, String> {
    let mut reading = Reading::new(text.trim_start_matches('\u{feff}'));
    let mut root = None;
    loop {
        match reading.next()? {
            Found::Element(_) if root.is_some() => {
                return Err("it has more than one outermost element".into());
            }
            Found::Element(element) => root = Some(element),
            Found::Text(text) if !text.trim().is_empty() => {
                return Err("there is text outside of its outermost element".into());
            }
            Found::Text(_) => {}
            Found::End => return root.ok_or_else(|| "it has no elements".into()),
        }
    }
}

/// The outermost well-formed elements in a text.
pub(crate) fn elements_in(text: &str) -> Vec<Element> {
    let mut found = Vec::new();
    let (mut at, mut false_starts) = (0, 0);
    let text = &text[..text.floor_char_boundary(SEARCHED)];
    while let Some(start) = text[at..].find('<').map(|offset| at + offset) {
        at = start + 1;
        if !text[at..].starts_with(|c: char| c.is_alphabetic() || c == '_' || c == ':') {
            continue;
        }
        let mut reading = Reading::new(&text[start..]);
        if let Ok(Found::Element(element)) = reading.next() {
            found.push(element);
            at = start + reading.position();
        } else {
            false_starts += 1;
            if false_starts > FALSE_STARTS {
                return found;
            }
        }
    }
    found
}

/// Whether there is something at the end of a path. Of several elements of one name, a number says which.
pub(crate) fn has_path(elements: &[Element], path: &[&str]) -> bool {
    let [name, rest @ ..] = path else { return true };
    let named: Vec<&Element> = elements.iter().filter(|element| element.name == *name).collect();
    match (named.as_slice(), rest) {
        ([], _) => false,
        (_, []) => true,
        ([one], rest) => has_path(&one.inside, rest),
        (several, [index, rest @ ..]) => {
            let chosen = index.parse::<usize>().ok().and_then(|index| several.get(index));
            chosen.is_some_and(|chosen| has_path(&chosen.inside, rest))
        }
    }
}

enum Found {
    Element(Element),
    Text(String),
    End,
}

/// A text that is read from one outermost thing to the next.
struct Reading<'t> {
    reader: Reader<&'t [u8]>,
}

impl<'t> Reading<'t> {
    fn new(text: &'t str) -> Self {
        Self { reader: Reader::from_str(text) }
    }

    fn position(&self) -> usize {
        usize::try_from(self.reader.buffer_position()).unwrap_or(usize::MAX)
    }

    fn next(&mut self) -> Result<Found, String> {
        let mut open: Vec<Element> = Vec::new();
        loop {
            let closed = match self.reader.read_event().map_err(|error| error.to_string())? {
                Event::Start(start) => {
                    if open.len() == DEPTH {
                        return Err(format!("its elements are nested deeper than {DEPTH}"));
                    }
                    open.push(element(&start)?);
                    continue;
                }
                Event::Empty(start) => element(&start)?,
                Event::End(_) => open.pop().ok_or("an element is closed that was not opened")?,
                Event::Eof if open.is_empty() => return Ok(Found::End),
                Event::Eof => return Err(format!("`{}` is not closed", open[open.len() - 1].name)),
                Event::Text(text) if open.is_empty() => {
                    return Ok(Found::Text(text.to_string()));
                }
                Event::CData(_) | Event::GeneralRef(_) if open.is_empty() => {
                    return Err("there is text outside of its outermost element".into());
                }
                Event::GeneralRef(reference) => {
                    check_reference(&reference)?;
                    continue;
                }
                Event::DocType(declaration) if declaration.contains('[') => {
                    return Err("declarations inside of its DOCTYPE are not read".into());
                }
                Event::Text(_)
                | Event::CData(_)
                | Event::Comment(_)
                | Event::Decl(_)
                | Event::PI(_)
                | Event::DocType(_) => continue,
            };
            match open.last_mut() {
                Some(outer) => outer.inside.push(closed),
                None => return Ok(Found::Element(closed)),
            }
        }
    }
}

fn element(start: &BytesStart<'_>) -> Result<Element, String> {
    let name = start.name().as_ref().to_owned();
    let is_first = |c: char| c.is_alphabetic() || c == '_' || c == ':';
    if !name.starts_with(is_first) {
        return Err(format!("`{name}` cannot be the name of an element"));
    }
    let inside = start.attributes().map(|attribute| match attribute {
        Ok(attribute) => {
            let name = format!("@_{}", attribute.key.as_ref());
            Ok(Element { name, inside: Vec::new() })
        }
        Err(error) => Err(format!("an attribute of `{name}` cannot be read: {error}")),
    });
    let inside = inside.collect::<Result<Vec<Element>, String>>()?;
    Ok(Element { name, inside })
}

/// Refuses references to what XML does not have by itself.
fn check_reference(name: &str) -> Result<(), String> {
    if name.starts_with('#') || ["amp", "lt", "gt", "quot", "apos"].contains(&name) {
        return Ok(());
    }
    Err(format!("it refers to `&{name};`, which XML does not have"))
}
