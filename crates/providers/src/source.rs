//! A call as the source of a program that makes it, without a key: that is read from the environment.

use formaops_domain::{JsonObject, ports::KeyPlacement};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use url::Url;

/// What a call can be written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// A command for a POSIX shell.
    Curl,
    /// Python with `requests`.
    Python,
    /// TypeScript with `fetch`.
    TypeScript,
    /// Rust with `reqwest`.
    Rust,
}

/// A call as it would be sent, but for its key.
#[derive(Debug, Clone, PartialEq)]
pub struct PlannedCall {
    /// The whole address.
    pub url: Url,
    /// The headers of the wire format, names in lower case.
    pub headers: Vec<(&'static str, String)>,
    /// How the key is carried.
    pub placement: KeyPlacement,
    /// The body.
    pub body: JsonObject,
}

impl PlannedCall {
    /// The source of a program that makes this call, with the key of this variable of the environment.
    #[must_use]
    pub fn source(&self, language: Language, key: Option<&str>) -> String {
        match language {
            Language::Curl => self.curl(key),
            Language::Python => self.python(key),
            Language::TypeScript => self.typescript(key),
            Language::Rust => self.rust(key),
        }
    }

    fn body_text(&self) -> String {
        format!("{:#}", Value::Object(self.body.clone()))
    }

    /// The header that carries the key, and what stands before the key in it.
    fn key_header(&self) -> (&str, &'static str) {
        match &self.placement {
            KeyPlacement::Header(name) => (name, ""),
            // What is signed with an access key takes an API key of Bedrock as well.
            KeyPlacement::Bearer | KeyPlacement::AwsSigV4 { .. } => ("authorization", "Bearer "),
        }
    }

    fn all_headers(&self) -> impl Iterator<Item = (&str, &str)> {
        let own = self.headers.iter().map(|(name, value)| (*name, value.as_str()));
        own.chain([("content-type", "application/json")])
    }

    fn curl(&self, key: Option<&str>) -> String {
        let mut lines = vec![format!("curl --no-buffer {}", shell(self.url.as_str()))];
        for (name, value) in self.all_headers() {
            lines.push(format!("--header {}", shell(&format!("{name}: {value}"))));
        }
        if let Some(key) = key {
            let (name, before) = self.key_header();
            lines.push(format!("--header \"{name}: {before}${key}\""));
        }
        lines.push(format!("--data-raw {}", shell(&self.body_text())));
        format!("{}\n", lines.join(" \\\n  "))
    }

    fn python(&self, key: Option<&str>) -> String {
        let mut headers: Vec<_> = self
            .all_headers()
            .map(|(name, value)| format!("        {}: {},\n", quoted(name), quoted(value)))
            .collect();
        if let Some(key) = key {
            let (name, before) = self.key_header();
            let value = format!("os.environ[{}]", quoted(key));
            let value = if before.is_empty() { value } else { format!("{} + {value}", quoted(before)) };
            headers.push(format!("        {}: {value},\n", quoted(name)));
        }
        let import = if key.is_some() { "import os\n\n" } else { "" };
        let (url, body) = (quoted(self.url.as_str()), python(&Value::Object(self.body.clone()), 1));
        format!(
            "{import}import requests\n\nresponse = requests.post(\n    {url},\n    headers={{\n{}    }},\n    json={body},\n)\n\
            response.raise_for_status()\nprint(response.text)\n",
            headers.concat()
        )
    }

    fn typescript(&self, key: Option<&str>) -> String {
        let mut headers: Vec<_> = self
            .all_headers()
            .map(|(name, value)| format!("    {}: {},\n", quoted(name), quoted(value)))
            .collect();
        if let Some(key) = key {
            let (name, before) = self.key_header();
            headers.push(format!("    {}: `{before}${{process.env.{key}}}`,\n", quoted(name)));
        }
        // The text itself: an object would round long numbers.
        let body = quoted(&Value::Object(self.body.clone()).to_string());
        format!(
            "const response = await fetch({}, {{\n  method: \"POST\",\n  headers: {{\n{}  }},\n  body: {body},\n}});\n\
            if (!response.ok) throw new Error(await response.text());\nconsole.log(await response.text());\n",
            quoted(self.url.as_str()),
            headers.concat()
        )
    }

    fn rust(&self, key: Option<&str>) -> String {
        let mut headers: Vec<_> = self
            .all_headers()
            .map(|(name, value)| format!("        .header({}, {})\n", raw(name), raw(value)))
            .collect();
        let mut read = String::new();
        if let Some(key) = key {
            let (name, before) = self.key_header();
            read = format!("    let key = std::env::var({})?;\n", raw(key));
            headers.push(format!("        .header({}, format!(\"{before}{{key}}\"))\n", raw(name)));
        }
        format!(
            "// reqwest with the feature \"blocking\"\nfn main() -> Result<(), Box<dyn std::error::Error>> {{\n{read}    \
            let response = reqwest::blocking::Client::new()\n        .post({})\n{}        .body({})\n        .send()?\n        \
            .error_for_status()?;\n    println!(\"{{}}\", response.text()?);\n    Ok(())\n}}\n",
            raw(self.url.as_str()),
            headers.concat(),
            raw(&self.body_text()),
        )
    }
}

/// A text as one word of a shell.
fn shell(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}

/// A text in double quotes, as JSON, Python and JavaScript have it in common.
fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

/// A text as a raw string of Rust. JSON, addresses and headers hold no carriage return, which none may.
fn raw(text: &str) -> String {
    let most = text.split('"').skip(1).map(|after| after.len() - after.trim_start_matches('#').len()).max();
    match most {
        None if !text.contains('\\') => format!("\"{text}\""),
        most => {
            let marks = "#".repeat(most.map_or(0, |most| most + 1));
            format!("r{marks}\"{text}\"{marks}")
        }
    }
}

/// A value as a literal of Python.
fn python(value: &Value, depth: usize) -> String {
    let (inner, outer) = ("    ".repeat(depth + 1), "    ".repeat(depth));
    match value {
        Value::Null => "None".to_owned(),
        Value::Bool(true) => "True".to_owned(),
        Value::Bool(false) => "False".to_owned(),
        Value::Number(number) => number.to_string(),
        Value::String(text) => quoted(text),
        Value::Array(items) if items.is_empty() => "[]".to_owned(),
        Value::Object(fields) if fields.is_empty() => "{}".to_owned(),
        Value::Array(items) => {
            let items = items.iter().map(|item| format!("{inner}{},\n", python(item, depth + 1)));
            format!("[\n{}{outer}]", items.collect::<String>())
        }
        Value::Object(fields) => {
            let fields = fields
                .iter()
                .map(|(name, item)| format!("{inner}{}: {},\n", quoted(name), python(item, depth + 1)));
            format!("{{\n{}{outer}}}", fields.collect::<String>())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;
    use std::{fs, path::Path, process::Command};

    fn call(body: &Value) -> PlannedCall {
        PlannedCall {
            url: Url::parse("https://example.test/v1/it's?alt=sse&q=$HOME").unwrap(),
            headers: vec![("x-version", "a'b".to_owned())],
            placement: KeyPlacement::Bearer,
            body: body.as_object().unwrap().clone(),
        }
    }

    fn hostile() -> Vec<&'static str> {
        vec![
            "'", "\"", "\\", "\n", "\r\n", "$HOME", "`id`", "$(id)", "\"#", "\"##", "r#\"", "'''", "\"\"\"",
            "{}", "${x}", "\u{0}", "\u{8}", "\u{2028}", "ä😀", "!", "\\u0041", "--data", "@file", "True",
            "%s",
        ]
    }

    fn body() -> impl Strategy<Value = Value> {
        let text =
            prop::collection::vec(prop::sample::select(hostile()), 0..5).prop_map(|pieces| pieces.concat());
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            text.clone().prop_map(Value::from),
        ];
        let value =
            leaf.prop_recursive(2, 8, 3, |inner| prop::collection::vec(inner, 0..3).prop_map(Value::from));
        prop::collection::vec((text, value), 1..4)
            .prop_map(|fields| Value::Object(fields.into_iter().collect()))
    }

    /// What a stub in the place of `curl` is given, by the shell that reads the command.
    fn given_to_curl(source: &str, folder: &Path) -> Vec<String> {
        let stub = folder.join("curl");
        let out = folder.join("out");
        fs::write(&stub, "#!/bin/sh\nprintf '%s\\0' \"$@\" > \"$OUT\"\n").unwrap();
        let mut command = Command::new("chmod");
        command.arg("+x").arg(&stub).status().unwrap();
        let path = format!("{}:{}", folder.display(), std::env::var("PATH").unwrap());
        let mut shell = Command::new("sh");
        shell.arg("-c").arg(source).env("PATH", path).env("OUT", &out).env("X_API_KEY", "the key");
        assert!(shell.status().unwrap().success());
        let given = fs::read_to_string(out).unwrap();
        given.split_terminator('\0').map(str::to_owned).collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn a_shell_reads_what_is_sent(body in body()) {
            let folder = tempfile::tempdir().unwrap();
            let given = given_to_curl(&call(&body).source(Language::Curl, Some("X_API_KEY")), folder.path());
            prop_assert_eq!(&given[1], "https://example.test/v1/it's?alt=sse&q=$HOME");
            prop_assert!(given.contains(&"x-version: a'b".to_owned()));
            prop_assert!(given.contains(&"authorization: Bearer the key".to_owned()));
            let sent: Value = serde_json::from_str(given.last().unwrap()).unwrap();
            prop_assert_eq!(sent, body);
        }

        #[test]
        fn python_reads_what_is_sent(body in body()) {
            let source = call(&body).source(Language::Python, Some("X_API_KEY"));
            let script = "import ast, json, sys\n\
                call = next(n for n in ast.walk(ast.parse(sys.stdin.read())) if isinstance(n, ast.Call) and n.keywords)\n\
                print(json.dumps(ast.literal_eval(next(k.value for k in call.keywords if k.arg == 'json'))))";
            let mut python = Command::new("python3");
            python.args(["-c", script]).stdin(std::process::Stdio::piped()).stdout(std::process::Stdio::piped());
            // Where there is no Python, nobody can tell.
            let Ok(mut child) = python.spawn() else { return Ok(()) };
            std::io::Write::write_all(&mut child.stdin.take().unwrap(), source.as_bytes()).unwrap();
            let done = child.wait_with_output().unwrap();
            prop_assert!(done.status.success(), "{}", source);
            prop_assert_eq!(serde_json::from_slice::<Value>(&done.stdout).unwrap(), body);
        }

        #[test]
        fn the_text_in_typescript_and_rust_is_what_is_sent(body in body()) {
            let call = call(&body);
            let typescript = call.source(Language::TypeScript, None);
            let line = typescript.lines().find_map(|line| line.trim().strip_prefix("body: ")).unwrap();
            let text: String = serde_json::from_str(line.strip_suffix(',').unwrap()).unwrap();
            prop_assert_eq!(&serde_json::from_str::<Value>(&text).unwrap(), &body);

            let rust = call.source(Language::Rust, None);
            let from = rust.split_once(".body(r").unwrap().1;
            let marks = &from[..from.find('"').unwrap()];
            let end = format!("\"{marks})");
            let text = from[marks.len() + 1..].split_once(&end).unwrap().0;
            prop_assert_eq!(&serde_json::from_str::<Value>(text).unwrap(), &body);
        }
    }

    #[test]
    fn a_key_is_named_and_carried_as_the_vendor_wants_it() {
        let body = json!({ "model": "m" });
        let with = |placement: KeyPlacement| PlannedCall { placement, ..call(&body) };
        let header = with(KeyPlacement::Header("x-api-key"));
        assert!(
            header.source(Language::Curl, Some("A_API_KEY")).contains("--header \"x-api-key: $A_API_KEY\"")
        );
        assert!(
            header
                .source(Language::Python, Some("A_API_KEY"))
                .contains("\"x-api-key\": os.environ[\"A_API_KEY\"]")
        );
        let typescript = with(KeyPlacement::Bearer).source(Language::TypeScript, Some("A_API_KEY"));
        assert!(typescript.contains("\"authorization\": `Bearer ${process.env.A_API_KEY}`"), "{typescript}");
        let rust = header.source(Language::Rust, Some("A_API_KEY"));
        assert!(
            rust.contains("std::env::var(\"A_API_KEY\")?") && rust.contains("format!(\"{key}\")"),
            "{rust}"
        );
        for language in [Language::Curl, Language::Python, Language::TypeScript, Language::Rust] {
            let source = header.source(language, None);
            assert!(!source.contains("x-api-key") && !source.contains("environ"), "{source}");
        }
    }
}
