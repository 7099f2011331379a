//! Opaque cursors: where a list goes on, in the list's own sort key.

use crate::StoreError;
use formaops_domain::Page;
use serde::{Serialize, de::DeserializeOwned};

/// How many items a page may have.
pub const MOST_ITEMS: u32 = 1000;

/// The page that starts with these rows: `limit + 1` were asked for, and one too many says that more follow.
pub(crate) fn page<R, K: Serialize, T>(
    mut rows: Vec<R>,
    limit: u32,
    key: impl Fn(&R) -> K,
    item: impl FnMut(R) -> T,
) -> Page<T> {
    let limit = clamp(limit) as usize;
    let more = rows.len() > limit;
    rows.truncate(limit);
    let next = rows.last().filter(|_| more).map(|row| encode(&key(row)));
    Page { items: rows.into_iter().map(item).collect(), next }
}

/// The rows to ask for.
pub(crate) fn rows(limit: u32) -> u32 {
    clamp(limit) + 1
}

fn clamp(limit: u32) -> u32 {
    limit.clamp(1, MOST_ITEMS)
}

fn encode(key: &impl Serialize) -> String {
    let json = serde_json::to_vec(key).expect("sort keys are numbers and texts");
    json.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The sort key that a cursor holds.
pub(crate) fn decode<K: DeserializeOwned>(cursor: Option<&str>) -> Result<Option<K>, StoreError> {
    let Some(cursor) = cursor else { return Ok(None) };
    let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    let bytes: Option<Vec<u8>> = cursor.as_bytes().chunks(2).map(byte).collect();
    bytes
        .and_then(|bytes| serde_json::from_slice(&bytes).ok())
        .map(Some)
        .ok_or_else(|| StoreError::InvalidCursor(cursor.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_read_back_and_anything_else_is_refused() {
        let first = page(vec!["a", "b", "c"], 2, |row| (*row, 7), |row| row);
        assert_eq!(first.items, ["a", "b"]);
        let key: Option<(String, u32)> = decode(first.next.as_deref()).unwrap();
        assert_eq!(key, Some(("b".to_owned(), 7)));
        assert_eq!(page(vec!["a", "b"], 2, |row| *row, |row| row).next, None);
        for bad in ["", "zz", "7", "6e756c6c", "ää"] {
            assert!(decode::<(String, u32)>(Some(bad)).is_err(), "{bad}");
        }
    }
}
