//! Our templates in the languages of other tools.

use crate::{
    ast::{Block, Call, Expr, Node, Path, Program},
    formats::template::is_name,
    helpers::Helper,
    parse,
};
use formaops_domain::TemplateEngine;
use serde_json::Value;

/// What has no word in a language.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct NoWord(pub(super) String);

/// A language of templates.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Dialect {
    /// Jinja2, and Nunjucks where it is the same.
    Jinja,
    /// `{{name}}` and nothing else.
    NamesOnly,
}

impl Dialect {
    const fn title(self) -> &'static str {
        match self {
            Self::Jinja => "Jinja2",
            Self::NamesOnly => "the format",
        }
    }

    /// A template of any of our languages in this one.
    pub(super) fn write_in(self, engine: TemplateEngine, template: &str) -> Result<String, NoWord> {
        match engine {
            TemplateEngine::Handlebars => self.write(template),
            TemplateEngine::Nunjucks if self == Self::Jinja => Ok(template.to_owned()),
            TemplateEngine::Nunjucks => {
                Err(NoWord(format!("{} has no word for templates in Nunjucks", self.title())))
            }
            TemplateEngine::None if ["{{", "{%", "{#"].iter().any(|tag| template.contains(tag)) => {
                Err(NoWord("its text would be read as a template".to_owned()))
            }
            TemplateEngine::None => Ok(template.to_owned()),
        }
    }

    /// A template of ours in this language.
    pub(super) fn write(self, template: &str) -> Result<String, NoWord> {
        let parsed = parse::parse(template);
        if let Some(problem) = parsed.problems.first() {
            return Err(NoWord(format!(
                "its template is wrong in line {}: {}",
                problem.range.line, problem.message
            )));
        }
        let mut writer = Writer { dialect: self, source: template, out: String::new(), loops: Vec::new() };
        writer.program(&parsed.program)?;
        Ok(writer.out)
    }
}

/// A loop that is written around what is being written.
struct Loop {
    item: String,
    index: Option<String>,
}

struct Writer<'s> {
    dialect: Dialect,
    source: &'s str,
    out: String,
    loops: Vec<Loop>,
}

impl Writer<'_> {
    fn no_word<T>(&self, what: &str, line: u32) -> Result<T, NoWord> {
        Err(NoWord(format!("{} has no word for `{what}` in line {line}", self.dialect.title())))
    }

    fn program(&mut self, program: &Program) -> Result<(), NoWord> {
        program.nodes.iter().try_for_each(|node| self.node(node))
    }

    fn node(&mut self, node: &Node) -> Result<(), NoWord> {
        match node {
            Node::Comment(_) => Ok(()),
            Node::Text(text) => self.text(&self.source[text.bytes.start..text.bytes.end]),
            Node::Mustache { call, .. } => self.mustache(call),
            Node::Block(block) if self.dialect == Dialect::Jinja => self.block(block),
            Node::Block(block) => self.no_word("{{#…}}", block.call.range.line),
            Node::Partial(partial) => self.no_word("{{> …}}", partial.range.line),
            Node::Inline(inline) => self.no_word("{{#*inline}}", inline.name.range().line),
        }
    }

    fn text(&mut self, text: &str) -> Result<(), NoWord> {
        match self.dialect {
            Dialect::NamesOnly => {
                if crate::formats::template::from_names_only(text) != escaped(text) {
                    return Err(NoWord(format!(
                        "in {} this text would be a variable: `{text}`",
                        self.dialect.title()
                    )));
                }
                self.out.push_str(text);
            }
            Dialect::Jinja => {
                let mut rest = text;
                while let Some(at) = rest.find(['{']) {
                    self.out.push_str(&rest[..at]);
                    rest = &rest[at..];
                    let pair = ["{{", "{%", "{#"].into_iter().find(|pair| rest.starts_with(pair));
                    match pair {
                        Some(pair) => {
                            self.out.push_str(&format!("{{{{ '{pair}' }}}}"));
                            rest = &rest[2..];
                        }
                        // The next tag must not begin with it.
                        None if rest.len() == 1 => {
                            self.out.push_str("{{ '{' }}");
                            rest = "";
                        }
                        None => {
                            self.out.push('{');
                            rest = &rest[1..];
                        }
                    }
                }
                self.out.push_str(rest);
            }
        }
        Ok(())
    }

    fn mustache(&mut self, call: &Call) -> Result<(), NoWord> {
        let value = match (self.dialect, call.helper) {
            (_, None) if call.is_bare() => self.path(&call.head)?,
            (Dialect::Jinja, Some(_)) => self.call(call)?,
            _ => return self.no_word(&shown(call), call.range.line),
        };
        match self.dialect {
            Dialect::NamesOnly if !is_name(&value) => return self.no_word(&shown(call), call.range.line),
            Dialect::NamesOnly => self.out.push_str(&format!("{{{{{value}}}}}")),
            Dialect::Jinja => self.out.push_str(&format!("{{{{ {value} }}}}")),
        }
        Ok(())
    }

    fn block(&mut self, block: &Block) -> Result<(), NoWord> {
        let call = &block.call;
        match (call.helper, call.args.as_slice()) {
            (Some(Helper::If), [condition]) if call.named.is_empty() => {
                let condition = self.expression(condition)?;
                self.branches(&condition, block)
            }
            (Some(Helper::Unless), [condition]) if call.named.is_empty() => {
                let condition = format!("not ({})", self.expression(condition)?);
                self.branches(&condition, block)
            }
            (Some(Helper::IfEquals), [a, b]) => {
                let condition = format!("{} == {}", self.expression(a)?, self.expression(b)?);
                self.branches(&condition, block)
            }
            (Some(Helper::UnlessEquals), [a, b]) => {
                let condition = format!("{} != {}", self.expression(a)?, self.expression(b)?);
                self.branches(&condition, block)
            }
            (Some(Helper::Each), [list]) => self.each(list, block),
            _ => self.no_word(&format!("{{{{#{}}}}}", call.head.parts.join(".")), call.range.line),
        }
    }

    fn branches(&mut self, condition: &str, block: &Block) -> Result<(), NoWord> {
        self.out.push_str(&format!("{{% if {condition} %}}"));
        if let Some(program) = &block.program {
            self.program(program)?;
        }
        if let Some(inverse) = &block.inverse {
            self.out.push_str("{% else %}");
            self.program(inverse)?;
        }
        self.out.push_str("{% endif %}");
        Ok(())
    }

    fn each(&mut self, list: &Expr, block: &Block) -> Result<(), NoWord> {
        let list = self.expression(list)?;
        let params = block.program.as_ref().map(|program| program.params.as_slice()).unwrap_or_default();
        let item = match params.first() {
            Some(name) => name.clone(),
            None if self.loops.is_empty() => "item".to_owned(),
            None => format!("item{}", self.loops.len() + 1),
        };
        self.out.push_str(&format!("{{% for {item} in {list} %}}"));
        self.loops.push(Loop { item, index: params.get(1).cloned() });
        if let Some(program) = &block.program {
            self.program(program)?;
        }
        self.loops.pop();
        if let Some(inverse) = &block.inverse {
            self.out.push_str("{% else %}");
            self.program(inverse)?;
        }
        self.out.push_str("{% endfor %}");
        Ok(())
    }

    fn expression(&self, expr: &Expr) -> Result<String, NoWord> {
        match expr {
            Expr::Path(path) => self.path(path),
            Expr::Literal { value, range } => match value {
                Value::Null => Ok("none".to_owned()),
                Value::Bool(_) | Value::Number(_) => Ok(value.to_string()),
                Value::String(text) if !text.contains(['\'', '\\', '\n']) => Ok(format!("'{text}'")),
                _ => self.no_word("this text", range.line),
            },
            Expr::Call(call) if call.is_bare() && call.helper.is_none() => self.path(&call.head),
            Expr::Call(call) => Ok(format!("({})", self.call(call)?)),
        }
    }

    /// A helper as an operator or a filter.
    fn call(&self, call: &Call) -> Result<String, NoWord> {
        let args = call.args.iter().map(|arg| self.expression(arg)).collect::<Result<Vec<_>, _>>()?;
        let name = call.name().unwrap_or_default();
        let operator = match name {
            "eq" => "==",
            "ne" => "!=",
            "lt" => "<",
            "lte" => "<=",
            "gt" => ">",
            "gte" => ">=",
            _ => "",
        };
        match (name, args.as_slice()) {
            _ if !call.named.is_empty() => self.no_word(&shown(call), call.range.line),
            (_, [a, b]) if !operator.is_empty() => Ok(format!("{a} {operator} {b}")),
            ("and" | "or", args) => Ok(args.join(&format!(" {name} "))),
            ("not", [a]) => Ok(format!("not {a}")),
            ("contains", [list, item]) => Ok(format!("{item} in {list}")),
            ("upper" | "lower" | "trim" | "first" | "last", [a]) => Ok(format!("{a} | {name}")),
            ("count", [a]) => Ok(format!("{a} | length")),
            ("join", [list, by]) => Ok(format!("{list} | join({by})")),
            _ => self.no_word(&shown(call), call.range.line),
        }
    }

    fn path(&self, path: &Path) -> Result<String, NoWord> {
        let mut parts = path.parts.iter();
        let line = path.range.line;
        let mut text = match self.loops.last() {
            _ if path.ups > 0 => return self.no_word("../", line),
            _ if path.local => match (parts.next().map(String::as_str), self.loops.is_empty()) {
                (Some("root"), _) => match parts.next() {
                    Some(first) if is_name(first) => first.clone(),
                    _ => return self.no_word("@root", line),
                },
                (Some("index"), false) => "loop.index0".to_owned(),
                (Some("first"), false) => "loop.first".to_owned(),
                (Some("last"), false) => "loop.last".to_owned(),
                (other, _) => return self.no_word(&format!("@{}", other.unwrap_or_default()), line),
            },
            Some(_) if !path.scoped && self.parameter(path).is_some() => {
                parts.next();
                self.parameter(path).unwrap_or_default()
            }
            Some(around) => around.item.clone(),
            None => match parts.next() {
                Some(first) if is_name(first) => first.clone(),
                _ => return self.no_word("this", line),
            },
        };
        for part in parts {
            if is_name(part) {
                text.push('.');
                text.push_str(part);
            } else if part.parse::<u32>().is_ok() {
                text.push_str(&format!("[{part}]"));
            } else if !part.contains(['\'', '\\']) {
                text.push_str(&format!("['{part}']"));
            } else {
                return self.no_word(part, line);
            }
        }
        Ok(text)
    }

    /// The name that a loop around gives and the path begins with.
    fn parameter(&self, path: &Path) -> Option<String> {
        let first = path.parts.first()?;
        self.loops.iter().rev().enumerate().find_map(|(depth, around)| {
            if around.item == *first {
                return Some(first.clone());
            }
            (depth == 0 && around.index.as_ref() == Some(first)).then(|| "loop.index0".to_owned())
        })
    }
}

/// The text as it must stand where it is not taken for a tag.
fn escaped(text: &str) -> String {
    let mut template = crate::formats::template::Template::default();
    template.text(text);
    template.finish()
}

fn shown(call: &Call) -> String {
    format!("{{{{{}{}}}}}", call.head.parts.join("."), if call.is_bare() { "" } else { " …" })
}
