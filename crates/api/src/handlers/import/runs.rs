//! Runs in the files.

use super::ids::Ids;
use formaops_domain::{Case, Place, RunSuite, Variant, VariantPrompt};
use formaops_store::{Import, WholeExecution, WholeRun};
use formaops_template::formats::{ArchivedRun, Note, NoteKind};

/// The runs that have ended; of others a note says that they are left out.
pub(super) fn ended(runs: Vec<ArchivedRun>, notes: &mut Vec<Note>) -> Vec<ArchivedRun> {
    let has_ended = |run: &ArchivedRun| {
        run.run.status.is_terminal() && run.executions.iter().all(|it| it.execution.status.is_terminal())
    };
    let mut ended = Vec::with_capacity(runs.len());
    for (index, run) in runs.into_iter().enumerate() {
        if has_ended(&run) {
            ended.push(run);
        } else {
            notes.push(note(
                format!("runs[{index}]"),
                "a run that has not ended is not taken over".to_owned(),
            ));
        }
    }
    ended
}

/// Puts the runs into the import of which all prompts are brought, oldest first.
pub(super) fn bring(runs: Vec<(usize, ArchivedRun)>, ids: &Ids, import: &mut Import, notes: &mut Vec<Note>) {
    let mut left_out = 0;
    for (file, run) in runs {
        // With a prompt that is left out, its runs are.
        if ids.brought(file, run.run.prompt_id).is_none() {
            continue;
        }
        match into_whole(file, run, ids) {
            Some(whole) => import.runs.push(whole),
            None => left_out += 1,
        }
    }
    import.runs.sort_by_key(|run| (run.run.created_at, run.run.id));
    if left_out > 0 {
        let message = format!("{left_out} runs are left out, of which a prompt is not brought in");
        notes.push(note("runs".to_owned(), message));
    }
}

/// A run with the ids that its prompts and its suite have here.
fn into_whole(file: usize, archived: ArchivedRun, ids: &Ids) -> Option<WholeRun> {
    let ArchivedRun { mut run, cases, details, validations, executions } = archived;
    let variant = |variant: Variant| {
        let prompt = match variant.prompt {
            Some(prompt) => Some(VariantPrompt { id: ids.brought(file, prompt.id)?, ..prompt }),
            None => None,
        };
        Some(Variant { prompt, ..variant })
    };
    run.variants = run.variants.into_iter().map(variant).collect::<Option<_>>()?;
    run.prompt_id = ids.brought(file, run.prompt_id)?;
    run.suite =
        run.suite.and_then(|suite| Some(RunSuite { id: *ids.suites.get(&(file, suite.id))?, ..suite }));
    let execution = |mut it: formaops_template::formats::ArchivedExecution| {
        it.execution.prompt_id = ids.brought(file, it.execution.prompt_id)?;
        Some(WholeExecution {
            execution: it.execution,
            output: it.output,
            reasoning: it.reasoning,
            validated_output: it.validated_output,
            attempts: it.attempts,
            log: it.log,
        })
    };
    let details = details.into_iter().chain(std::iter::repeat(Case::default()));
    Some(WholeRun {
        executions: executions.into_iter().map(execution).collect::<Option<_>>()?,
        cases: cases.into_iter().zip(details).map(|(inputs, case)| Case { inputs, ..case }).collect(),
        validations,
        run,
    })
}

fn note(path: String, message: String) -> Note {
    let at = Place { path, line: None, column: None };
    Note { kind: NoteKind::NotUnderstood, message, at }
}
