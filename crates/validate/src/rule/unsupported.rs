//! The assertions of promptfoo that are not here, each with the reason.

/// Why an assertion of promptfoo is not here; none where promptfoo does not have it either.
pub(crate) fn why_unsupported(name: &str) -> Option<&'static str> {
    if name.starts_with("promptfoo:redteam:") {
        return Some("red teaming is not part of it");
    }
    UNSUPPORTED.iter().find(|(names, _)| names.contains(&name)).map(|(_, why)| *why)
}

/// Names and reasons, in the order of the documentation.
pub(crate) const UNSUPPORTED: &[(&[&str], &str)] = &[
    (&["perplexity", "perplexity-score"], "it needs the probabilities of tokens, which are not recorded"),
    (&["python", "ruby"], "code of other languages than JavaScript is never run"),
    (
        &["answer-relevance", "context-faithfulness", "context-recall", "context-relevance"],
        "judges of retrieval are not there yet",
    ),
    (&["conversation-relevance"], "judges of whole conversations are not there yet"),
    (&["g-eval", "agent-rubric", "search-rubric"], "this judge is not there yet; `llm-rubric` is near to it"),
    (&["classifier", "moderation", "guardrails", "pi"], "it needs a service of its vendor"),
    (&["max-score"], "it is not there yet; `select-best` is near to it"),
    (&["skill-used"], "which skills were used is not recorded"),
    (&["trace-error-spans", "trace-span-count", "trace-span-duration"], "traces are not recorded"),
    (
        &[
            "trajectory:goal-success",
            "trajectory:step-count",
            "trajectory:tool-args-match",
            "trajectory:tool-sequence",
            "trajectory:tool-used",
        ],
        "the steps of agents are not recorded",
    ),
    (&["human"], "people rate answers in the results of a run, not by a rule"),
];
