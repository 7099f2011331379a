//! Where the words of a search stand in what was found.

use super::{MOST_BYTES, Words, beginning, collect};
use crate::{StoreError, blob, column::Json};
use formaops_domain::{Body, Content, JsonObject, MatchPart, MatchPlace, MatchText};
use sqlx::SqliteConnection;

/// The places that have been found so far.
struct Places<'a> {
    words: &'a Words,
    found: Vec<MatchPlace>,
}

impl<'a> Places<'a> {
    fn new(words: &'a Words) -> Self {
        Self { words, found: Vec::new() }
    }

    fn look(&mut self, part: MatchPart, name: Option<&str>, text: &str) {
        self.add(part, name, self.words.mark(beginning(text)));
    }

    fn add(&mut self, part: MatchPart, name: Option<&str>, text: Option<Vec<MatchText>>) {
        let name = name.map(str::to_owned);
        self.found.extend(text.map(|text| MatchPlace { part, name, text }));
    }
}

/// In what a prompt is called and said to be; in its name and title the very letters, where it has them.
pub(super) async fn of_prompt(
    connection: &mut SqliteConnection,
    seq: i64,
    words: &Words,
) -> Result<Vec<MatchPlace>, StoreError> {
    let row = sqlx::query!(
        r#"select name, title, description,
          (select json_group_array(t.tag order by t.tag) from prompt_tags t where t.prompt = p.id)
            as "tags!: Json<Vec<String>>"
        from prompts p where seq = ?1"#,
        seq,
    )
    .fetch_one(connection)
    .await?;
    let mut places = Places::new(words);
    for (part, text) in [(MatchPart::Prompt, &row.name), (MatchPart::Title, &row.title)] {
        places.add(part, None, words.mark_letters(text).or_else(|| words.mark(text)));
    }
    row.tags.0.iter().for_each(|tag| places.look(MatchPart::Tag, None, tag));
    places.look(MatchPart::Description, None, &row.description);
    Ok(places.found)
}

/// In what a version holds.
pub(super) async fn of_version(
    connection: &mut SqliteConnection,
    seq: i64,
    words: &Words,
) -> Result<Vec<MatchPlace>, StoreError> {
    let row = sqlx::query!(
        r#"select content as "content: Json<Content>", note from prompt_versions where seq = ?1"#,
        seq,
    )
    .fetch_one(connection)
    .await?;
    let Content { body, variables, .. } = row.content.0;
    let mut places = Places::new(words);
    match &body {
        Body::Text { template } => places.look(MatchPart::Body, None, template),
        Body::Messages { messages } => messages.iter().for_each(|message| {
            places.look(MatchPart::Body, Some(message.role.as_str()), &message.template);
        }),
    }
    for variable in &variables {
        let text = format!("{} {}", variable.name, variable.description);
        places.look(MatchPart::Variable, Some(&variable.name), text.trim_end());
    }
    places.look(MatchPart::Note, None, &row.note);
    Ok(places.found)
}

/// In what went into an execution and what came out, the answer first.
pub(super) async fn of_execution(
    connection: &mut SqliteConnection,
    seq: i64,
    words: &Words,
) -> Result<Vec<MatchPlace>, StoreError> {
    let row = sqlx::query!(
        r#"select r.prompt_name as prompt, i.data as inputs, o.data as "answer?"
        from executions e
        join runs r on r.id = e.run
        join run_cases rc on rc.run = e.run and rc.position = e.case_index
        join blobs i on i.hash = rc.inputs
        left join blobs o on o.hash = e.output
        where e.seq = ?1"#,
        seq,
    )
    .fetch_one(connection)
    .await?;
    let mut places = Places::new(words);
    if let Some(answer) = row.answer {
        let answer = blob::decompress_range(&answer, 0, MOST_BYTES as u64)?;
        places.look(MatchPart::Answer, None, &String::from_utf8_lossy(&answer));
    }
    for (name, value) in blob::json::<JsonObject>(&row.inputs)? {
        let mut text = String::new();
        collect(&value, &mut text);
        places.look(MatchPart::Input, Some(&name), &text);
    }
    places.look(MatchPart::Prompt, None, &row.prompt);
    Ok(places.found)
}
