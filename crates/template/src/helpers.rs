//! The helpers that templates may call, and the rules of calling them.

use crate::{
    ast::{Call, Expr},
    diagnostic::{DiagnosticCode, Problem, nearest},
    functions::{self, Function},
    library::{MissingPartial, Partials},
    source::SourceRange,
};
use formaops_domain::Role;

/// A helper of Handlebars or of dotprompt.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Helper {
    If,
    Unless,
    Each,
    With,
    Lookup,
    Json,
    IfEquals,
    UnlessEquals,
    Role,
    History,
    Media,
    Section,
    /// Says nothing, and writes nothing anywhere.
    Log,
    /// One that works out a value.
    Function(&'static Function),
}

/// Where a helper may stand.
#[derive(Clone, Copy, PartialEq)]
enum Form {
    /// `{{#name}}…{{/name}}`
    Block,
    /// `{{name}}`, and in parentheses
    Value,
    /// `{{name}}` only
    Tag,
    /// Both a value and a block, which is there where the value is true.
    Condition,
}

impl Form {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Block => "block",
            Self::Value => "value",
            Self::Tag => "tag",
            Self::Condition => "condition",
        }
    }
}

#[derive(Clone, Copy)]
struct Rule {
    name: &'static str,
    helper: Helper,
    form: Form,
    /// The least and the most arguments it takes.
    args: (usize, usize),
    named: &'static [&'static str],
    example: &'static str,
    does: &'static str,
}

/// Any number of arguments.
const ANY: usize = usize::MAX;

const fn rule(
    name: &'static str,
    helper: Helper,
    form: Form,
    args: usize,
    named: &'static [&'static str],
    example: &'static str,
    does: &'static str,
) -> Rule {
    Rule { name, helper, form, args: (if args == ANY { 0 } else { args }, args), named, example, does }
}

const RULES: [Rule; 13] = [
    rule(
        "if",
        Helper::If,
        Form::Block,
        1,
        &["includeZero"],
        "{{#if name}}…{{/if}}",
        "Keeps its text where the value is there: not empty, not false, not 0. With includeZero=true 0 counts.",
    ),
    rule(
        "unless",
        Helper::Unless,
        Form::Block,
        1,
        &["includeZero"],
        "{{#unless name}}…{{/unless}}",
        "Keeps its text where the value is missing, empty, false or 0.",
    ),
    rule(
        "each",
        Helper::Each,
        Form::Block,
        1,
        &[],
        "{{#each items}}…{{/each}}",
        "Repeats its text for each item of a list or each field of an object, which is `this` inside.",
    ),
    rule(
        "with",
        Helper::With,
        Form::Block,
        1,
        &[],
        "{{#with user}}…{{/with}}",
        "Looks into a value, so that its fields can be named alone. What follows else stands where there is none.",
    ),
    rule(
        "ifEquals",
        Helper::IfEquals,
        Form::Block,
        2,
        &[],
        "{{#ifEquals a b}}…{{/ifEquals}}",
        "Keeps its text where both values are the same.",
    ),
    rule(
        "unlessEquals",
        Helper::UnlessEquals,
        Form::Block,
        2,
        &[],
        "{{#unlessEquals a b}}…{{/unlessEquals}}",
        "Keeps its text where the values differ.",
    ),
    rule(
        "lookup",
        Helper::Lookup,
        Form::Value,
        2,
        &[],
        "{{lookup items 0}}",
        "The item or the field whose index or name is worked out.",
    ),
    rule(
        "json",
        Helper::Json,
        Form::Value,
        1,
        &["indent"],
        "{{json value indent=2}}",
        "The value as JSON; `indent` spreads it over lines.",
    ),
    rule(
        "role",
        Helper::Role,
        Form::Tag,
        1,
        &[],
        "{{role \"system\"}}",
        "What follows is a message of this role.",
    ),
    rule(
        "history",
        Helper::History,
        Form::Tag,
        0,
        &[],
        "{{history}}",
        "The earlier messages of the conversation stand here.",
    ),
    rule(
        "media",
        Helper::Media,
        Form::Tag,
        0,
        &["url", "contentType"],
        "{{media url=url contentType=type}}",
        "An image or file at an address, `https:` or `data:`.",
    ),
    rule(
        "section",
        Helper::Section,
        Form::Tag,
        1,
        &[],
        "{{section \"name\"}}",
        "A part of the message that has a name begins here.",
    ),
    rule(
        "log",
        Helper::Log,
        Form::Value,
        ANY,
        &["level"],
        "{{log value}}",
        "Says nothing: it stands in templates of other tools.",
    ),
];

/// The helper that a call names, where no block parameter has that name.
pub(crate) fn find(call: &Call) -> Option<Helper> {
    find_rule(call).map(|rule| rule.helper)
}

fn find_rule(call: &Call) -> Option<Rule> {
    let name = call.name()?;
    RULES.iter().find(|rule| rule.name == name).copied().or_else(|| {
        // Without arguments it is a variable.
        functions::find(name).filter(|_| !call.is_bare()).map(rule_of)
    })
}

fn rule_of(function: &'static Function) -> Rule {
    let Function { name, args, named, is_condition, example, does, .. } = *function;
    let form = if is_condition { Form::Condition } else { Form::Value };
    Rule { name, helper: Helper::Function(function), form, args, named, example, does }
}

/// What an editor tells of a helper.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HelperDoc {
    /// Its name.
    pub name: &'static str,
    /// Where it may stand: `block`, `value` (also in parentheses), `tag`, or `condition` (a value and a block).
    pub form: &'static str,
    /// Whether its name alone calls it, so that no variable can have that name.
    pub is_taken: bool,
    /// The names of its named arguments.
    pub named: &'static [&'static str],
    /// How it is called.
    pub example: &'static str,
    /// What it does.
    pub does: &'static str,
}

/// Every helper that templates may call, in the order in which they are told.
pub fn helper_docs() -> impl Iterator<Item = HelperDoc> {
    let doc = |rule: Rule, is_taken| HelperDoc {
        name: rule.name,
        form: rule.form.as_str(),
        is_taken,
        named: rule.named,
        example: rule.example,
        does: rule.does,
    };
    let taken = RULES.into_iter().map(move |rule| doc(rule, true));
    taken.chain(functions::all().iter().map(move |function| doc(rule_of(function), false)))
}

/// Whether a tag with nothing but this name calls a helper, and so can be no variable.
pub(crate) fn is_taken(name: &str) -> bool {
    RULES.iter().any(|rule| rule.name == name)
}

/// That there is no such partial, and why.
pub(crate) fn no_partial(name: &str, range: SourceRange, partials: &Partials) -> Problem {
    let unknown = || {
        let hint = match nearest(name, partials.names()) {
            Some(known) => format!("Did you mean `{known}`?"),
            None => "Copy its text to where it is used, or define it with `{{#*inline}}`".to_owned(),
        };
        MissingPartial { message: format!("there is no partial `{name}`"), hint }
    };
    let MissingPartial { message, hint } = partials.missing(name).cloned().unwrap_or_else(unknown);
    Problem::error(DiagnosticCode::UnknownPartial, range, message, hint)
}

/// What a call means, and what is wrong with it.
pub(crate) struct Resolved {
    pub(crate) helper: Option<Helper>,
    pub(crate) problems: Vec<Problem>,
}

/// A call in a tag of its own.
pub(crate) fn resolve_tag(call: &Call) -> Resolved {
    resolve(call, &[Form::Value, Form::Tag])
}

/// A call in parentheses.
pub(crate) fn resolve_subexpression(call: &Call) -> Resolved {
    resolve(call, &[Form::Value])
}

/// The call of a block.
pub(crate) fn resolve_block(call: &Call) -> Resolved {
    resolve(call, &[Form::Block])
}

fn resolve(call: &Call, forms: &[Form]) -> Resolved {
    let known = find_rule(call);
    let mut problems = Vec::new();
    match known {
        Some(rule) => {
            check_use(&rule, call, forms, &mut problems);
            if matches!(rule.helper, Helper::Media) && call.named("url").is_none() && problems.is_empty() {
                let hint = format!("Write `{}`", rule.example);
                let code = DiagnosticCode::HelperUse;
                problems.push(Problem::error(
                    code,
                    call.range,
                    "`media` needs an argument named `url`",
                    hint,
                ));
            }
            if matches!(rule.helper, Helper::Role) && problems.is_empty() {
                problems.extend(role(call).err());
            }
        }
        // A name without arguments is a variable, and a block of it a section.
        None if call.is_bare() => {}
        None => problems.push(unknown(call)),
    }
    Resolved { helper: known.map(|rule| rule.helper), problems }
}

fn check_use(rule: &Rule, call: &Call, forms: &[Form], problems: &mut Vec<Problem>) {
    let name = rule.name;
    let mut report = |range, message| {
        let mut hint = format!("Write `{}`", rule.example);
        if call.is_bare() && rule.args.0 > 0 && rule.form != Form::Block {
            hint.push_str(&format!(", or `{{{{this.{name}}}}}` for a variable of that name"));
        }
        problems.push(Problem::error(DiagnosticCode::HelperUse, range, message, hint));
    };
    let fits = match rule.form {
        Form::Condition => forms.contains(&Form::Value) || forms.contains(&Form::Block),
        form => forms.contains(&form),
    };
    if !fits {
        let message = match rule.form {
            Form::Block => format!("`{name}` is a block"),
            Form::Value | Form::Condition => format!("`{name}` is not a block"),
            Form::Tag => format!("`{name}` is a tag of its own"),
        };
        report(call.range, message);
        return;
    }
    let (least, most) = rule.args;
    if !(least..=most).contains(&call.args.len()) {
        let number = if least == most {
            least.to_string()
        } else if most == ANY {
            format!("{least} or more")
        } else {
            format!("{least} to {most}")
        };
        let plural = if number == "1" { "" } else { "s" };
        report(call.range, format!("`{name}` takes {number} argument{plural}, got {}", call.args.len()));
    }
    for (given, value) in &call.named {
        if !rule.named.contains(&given.as_str()) {
            report(value.range(), format!("`{name}` has no argument named `{given}`"));
        }
    }
}

/// The role that `{{role "…"}}` names. It must be written out, so that no value ever decides it.
pub(crate) fn role(call: &Call) -> Result<Role, Problem> {
    let argument = call.args.first();
    let word = match argument {
        Some(Expr::Literal { value, .. }) => value.as_str(),
        _ => None,
    };
    let message = match word {
        Some("system") => return Ok(Role::System),
        Some("user") => return Ok(Role::User),
        Some("assistant" | "model") => return Ok(Role::Assistant),
        Some("tool") => return Ok(Role::Tool),
        Some(other) => format!("there is no role `{other}`"),
        None => "a role must be written out in quotes; a value can never decide it".to_owned(),
    };
    let hint = "Write `system`, `user`, `assistant` or `tool` in quotes";
    Err(Problem::error(DiagnosticCode::Role, argument.map_or(call.range, Expr::range), message, hint))
}

fn unknown(call: &Call) -> Problem {
    let range = call.head.range;
    let Some(name) = call.name() else {
        let message = "only a helper takes arguments";
        return Problem::error(DiagnosticCode::UnknownHelper, range, message, "Remove the arguments");
    };
    let functions = functions::all().iter().map(|function| function.name);
    let names = RULES.iter().map(|rule| rule.name).chain(functions);
    let hint = match nearest(name, names.clone()) {
        Some(known) => format!("Did you mean `{known}`?"),
        None => format!(
            "The helpers are {}",
            names.map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
        ),
    };
    let message = format!("there is no helper `{name}`");
    Problem::error(DiagnosticCode::UnknownHelper, range, message, hint)
}
