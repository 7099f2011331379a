//! The rules, one file each. The comment at the top of a file is its page in the documentation.

mod assert_set;
mod bleu;
mod closed_qa;
mod contains;
mod contains_all;
mod contains_any;
mod equals;
mod factuality;
mod finish_reason;
mod function;
mod gleu;
mod is_html;
mod is_json;
mod is_refusal;
mod is_sql;
mod is_valid_call;
mod is_xml;
mod javascript;
mod levenshtein;
mod llm_rubric;
mod measures;
mod meteor;
mod regex;
mod regex_assertion;
mod rouge_n;
mod schema;
mod select_best;
mod similar;
mod similarity;
mod starts_with;
mod tool_call_f1;
mod transform;
mod unsupported;
mod value;
mod webhook;
mod word_count;

use crate::{
    evaluate::{Replay, Subject},
    finding::{Finding, Halt},
    problem::ProblemCode,
};
use formaops_domain::{Assertion, Validation, ValidationRule};
use serde_json::Value;
use std::borrow::Cow;

pub use self::{
    function::function_of_rule,
    select_best::{Comparison, select_best},
};

pub(crate) use self::{
    function::mistakes as function_mistakes,
    regex::mistakes as regex_mistakes,
    schema::mistakes as schema_mistakes,
    select_best::misplaced,
    unsupported::{UNSUPPORTED, why_unsupported},
};

/// What a rule comes to.
type Decided = Result<Finding, Halt>;

/// A kind of assertion.
pub(crate) struct Rule {
    /// What it is called; several where they differ in little.
    pub(crate) names: &'static [&'static str],
    /// Its file, whose first comment is its documentation.
    pub(crate) source: &'static str,
    /// All that is wrong with an assertion of this kind, before it is used.
    pub(crate) mistakes: fn(&Assertion) -> Vec<Mistake>,
    decide: fn(&Case<'_>, &mut Replay<'_>) -> Decided,
    /// Whether it only looks for texts in the answer, or holds a number against another.
    is_quick: bool,
}

/// Every kind of assertion, in the order of the documentation.
pub(crate) const ASSERTIONS: &[Rule] = &[
    equals::RULE,
    contains::RULE,
    contains_any::RULE,
    contains_all::RULE,
    starts_with::RULE,
    regex_assertion::RULE,
    is_json::RULE,
    is_xml::RULE,
    is_html::RULE,
    is_sql::RULE,
    word_count::RULE,
    levenshtein::RULE,
    rouge_n::RULE,
    bleu::RULE,
    gleu::RULE,
    meteor::RULE,
    similar::RULE,
    is_refusal::RULE,
    finish_reason::RULE,
    is_valid_call::RULE,
    tool_call_f1::RULE,
    measures::RULE,
    javascript::RULE,
    webhook::RULE,
    llm_rubric::RULE,
    factuality::RULE,
    closed_qa::RULE,
    select_best::RULE,
    assert_set::RULE,
];

/// The sources of the rules that are no assertions, in the order of the documentation.
pub(crate) const OWN_SOURCES: [&str; 3] =
    [include_str!("rule/schema.rs"), include_str!("rule/regex.rs"), include_str!("rule/function.rs")];

/// Something that is wrong with a rule.
#[derive(Debug)]
pub(crate) struct Mistake {
    /// The field of the rule, such as `value`.
    pub(crate) field: String,
    pub(crate) code: ProblemCode,
    pub(crate) message: String,
    pub(crate) hint: String,
}

impl Mistake {
    pub(crate) fn new(
        field: impl Into<String>,
        code: ProblemCode,
        message: impl Into<String>,
        hint: impl Into<String>,
    ) -> Self {
        Self { field: field.into(), code, message: message.into(), hint: hint.into() }
    }
}

impl From<Mistake> for Halt {
    fn from(mistake: Mistake) -> Self {
        Self::Error(format!("{}. {}", mistake.message, mistake.hint))
    }
}

/// An answer in front of an assertion.
pub(crate) struct Case<'a> {
    /// The assertion's name, without `not-`.
    name: &'a str,
    /// Whether the opposite is asked for.
    is_inverse: bool,
    assertion: &'a Assertion,
    subject: &'a Subject<'a>,
    /// What is checked, as text.
    text: Cow<'a, str>,
    /// What is checked, where a transform made it of the answer.
    made: Option<Value>,
}

impl Case<'_> {
    /// What is checked, as JSON: what the transform made, else the text.
    fn output(&self) -> Value {
        self.made.clone().unwrap_or_else(|| Value::from(self.text.as_ref()))
    }

    /// What is checked, as JSON; a text that is JSON is read.
    fn parsed_output(&self) -> Value {
        match self.output() {
            Value::String(text) => serde_json::from_str(&text).unwrap_or(Value::String(text)),
            value => value,
        }
    }
}

/// What a validation's rule comes to.
pub(crate) fn decide(validation: &Validation, subject: &Subject<'_>, replay: &mut Replay<'_>) -> Decided {
    match &validation.rule {
        ValidationRule::Schema { schema } => schema::decide(schema, subject.output),
        ValidationRule::Regex { pattern, flags } => regex::decide(pattern, flags, subject.output, replay),
        ValidationRule::Function { source } => function::decide(source, subject, replay),
        ValidationRule::Assertion(assertion) => decide_assertion(assertion, subject, replay),
    }
}

/// How many texts of how many bytes a rule looks for at most to be quick.
const FEW_TEXTS: usize = 16;
const SHORT_TEXT: usize = 4 << 10;

/// Whether a validation is decided in little more than the time that it takes to read a short answer.
#[must_use]
pub fn is_quick(validation: &Validation) -> bool {
    let ValidationRule::Assertion(assertion) = &validation.rule else { return false };
    let is_short = |value: &Value| match value {
        Value::String(text) => text.len() <= SHORT_TEXT,
        Value::Array(_) | Value::Object(_) => false,
        Value::Null | Value::Bool(_) | Value::Number(_) => true,
    };
    let is_small = match &assertion.value {
        None => true,
        Some(Value::Array(texts)) => texts.len() <= FEW_TEXTS && texts.iter().all(is_short),
        Some(value) => is_short(value),
    };
    let (name, _) = base_name(&assertion.name);
    is_small && assertion.transform.is_none() && find(name).is_some_and(|rule| rule.is_quick)
}

fn decide_assertion(assertion: &Assertion, subject: &Subject<'_>, replay: &mut Replay<'_>) -> Decided {
    let (name, is_inverse) = base_name(&assertion.name);
    let Some(rule) = find(name) else { return Err(unknown(&assertion.name).into()) };
    let made = transform::apply(assertion, subject, replay)?;
    let text = match &made {
        None => Cow::Borrowed(subject.output),
        Some(Value::String(text)) => Cow::Owned(text.clone()),
        Some(value) => Cow::Owned(value.to_string()),
    };
    let finding = (rule.decide)(&Case { name, is_inverse, assertion, subject, text, made }, replay)?;
    Ok(if is_inverse { finding.turned_round() } else { finding })
}

/// The kind of assertion of this name, without `not-`.
pub(crate) fn find(name: &str) -> Option<&'static Rule> {
    ASSERTIONS.iter().find(|rule| rule.names.contains(&name))
}

/// The name of an assertion without `not-`, and whether that stood before it.
pub(crate) fn base_name(name: &str) -> (&str, bool) {
    name.strip_prefix("not-").map_or((name, false), |base| (base, true))
}

/// What to say of the name of an assertion that there is not.
pub(crate) fn unknown(name: &str) -> Mistake {
    let (base, is_inverse) = base_name(name);
    if let Some(why) = why_unsupported(base) {
        let message = format!("`{base}` is an assertion of promptfoo that FormaOps does not have: {why}");
        return Mistake::new(
            "type",
            ProblemCode::NotAnOption,
            message,
            "Remove it, or use another assertion",
        );
    }
    let names = ASSERTIONS.iter().flat_map(|rule| rule.names);
    let nearest = names
        .max_by(|one, other| strsim::jaro_winkler(base, one).total_cmp(&strsim::jaro_winkler(base, other)));
    let shown = crate::problem::bounded(name, 60);
    let not = if is_inverse { "not-" } else { "" };
    let message = format!("there is no assertion of type `{shown}`");
    let hint = match nearest {
        Some(nearest) => format!("The nearest one is `{not}{nearest}`"),
        None => "Use one of those in the documentation of validations".to_owned(),
    };
    Mistake::new("type", ProblemCode::NotAnOption, message, hint)
}
