//! The text of an answer, in windows.

use crate::{Store, StoreError, blob, column::Key};
use formaops_domain::{ExecutionId, OutputPart, OutputWindow};

/// The most bytes of a window.
pub const MOST_OUTPUT_BYTES: u64 = 1 << 20;
/// The most characters of [`formaops_domain::Execution::preview`].
const PREVIEW: usize = 256;
/// The most bytes of a character in UTF-8.
const CHARACTER: u64 = 4;

/// The first characters of a text. NUL ends a text for SQLite's functions, so it is shown as a symbol.
pub(crate) fn preview(text: &str) -> String {
    text.chars().take(PREVIEW).map(|c| if c == '\0' { '\u{2400}' } else { c }).collect()
}

/// The window of `bytes`, which begin at `from` in the whole text, that covers `offset` and as much as fits.
fn cut(bytes: &[u8], from: u64, offset: u64, limit: u64) -> (String, u64) {
    let boundary = |mut at: usize| {
        at = at.min(bytes.len());
        while at > 0 && at < bytes.len() && bytes[at] & 0xc0 == 0x80 {
            at -= 1;
        }
        at
    };
    let place = |at: u64| usize::try_from(at.saturating_sub(from)).unwrap_or(usize::MAX);
    let start = boundary(place(offset));
    let end = boundary(place(offset.saturating_add(limit)));
    (String::from_utf8_lossy(&bytes[start..end]).into_owned(), from + start as u64)
}

impl Store {
    /// A window of an answer, also while it is being received: at most `limit` bytes (1 MiB at the most) from
    /// `offset` on. An offset inside a character means the character's beginning.
    pub async fn get_output(
        &self,
        execution: ExecutionId,
        part: OutputPart,
        offset: u64,
        limit: u64,
    ) -> Result<OutputWindow, StoreError> {
        let limit = limit.clamp(CHARACTER, MOST_OUTPUT_BYTES);
        let from = offset.saturating_sub(CHARACTER - 1);
        let key = Key(execution);
        let row = sqlx::query!(
            r#"select e.status, e.output_bytes as "text_bytes: u64", o.data as "text?", r.data as "reasoning?",
              r.size as "reasoning_bytes?: u64"
            from executions e
            left join blobs o on o.hash = e.output and ?2
            left join blobs r on r.hash = e.reasoning and not ?2
            where e.id = ?1"#,
            key,
            part == OutputPart::Text,
        )
        .fetch_optional(self.readers())
        .await?
        .ok_or_else(|| StoreError::not_found("execution", execution))?;
        let complete = !matches!(row.status.as_str(), "pending" | "running");
        let (data, total) = match part {
            OutputPart::Text => (row.text, row.text_bytes),
            OutputPart::Reasoning => (row.reasoning, row.reasoning_bytes.unwrap_or_default()),
        };
        let offset = offset.min(total);
        let from = from.min(total);
        let (bytes, from) = match data {
            Some(data) => (blob::decompress_range(&data, from, limit + CHARACTER)?, from),
            None if part == OutputPart::Text && !complete => {
                self.received(execution, from, limit + CHARACTER).await?
            }
            None => (Vec::new(), from),
        };
        let (text, offset) = cut(&bytes, from, offset, limit);
        let next = offset + text.len() as u64;
        Ok(OutputWindow { text, offset, next, total: total.max(next), complete })
    }

    /// Parts of a text that is being received: those that touch the window, and where they begin.
    async fn received(
        &self,
        execution: ExecutionId,
        from: u64,
        length: u64,
    ) -> Result<(Vec<u8>, u64), StoreError> {
        let key = Key(execution);
        let (from, end) = (crate::column::Int(from), crate::column::Int(from.saturating_add(length)));
        let rows = sqlx::query!(
            r#"select p.text_offset as "text_offset: u64", p.text from recording_parts p
            join attempts a on a.id = p.attempt
            where a.execution = ?1 and a.status = 'running' and p.text_offset + p.text_bytes > ?2
              and p.text_offset < ?3
            order by p.number"#,
            key,
            from,
            end,
        )
        .fetch_all(self.readers())
        .await?;
        let start = rows.first().map_or(from.0, |row| row.text_offset);
        Ok((rows.into_iter().map(|row| row.text).collect::<String>().into_bytes(), start))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_is_cut_between_characters() {
        let text = "aé€😀z";
        for (offset, limit, expected, start) in [
            (0, 4, "aé", 0),
            (1, 4, "é", 1),
            (2, 4, "é€", 1),
            (3, 7, "€😀", 3),
            (5, 5, "€😀", 3),
            (10, 9, "z", 10),
            (11, 4, "", 11),
        ] {
            assert_eq!(
                cut(text.as_bytes(), 0, offset, limit),
                (expected.to_owned(), start),
                "{offset} {limit}"
            );
        }
    }
}
