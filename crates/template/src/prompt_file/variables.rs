//! Variables, as `input.schema` and `input.default`.

use super::{EXT, PromptFileError, Schemas, edit::put, picoschema, take};
use formaops_domain::{JsonObject, Variable, VariableType};
use serde_json::{Value, json};

/// Says the variables in Picoschema, else in JSON Schema, else as they are: the first that comes back
/// equal.
pub(super) fn write(variables: &[Variable], front: &mut JsonObject, ext: &mut JsonObject) {
    if variables.is_empty() {
        return;
    }
    for schema in [to_picoschema(variables), Some(to_json_schema(variables))].into_iter().flatten() {
        let (native_front, native_ext) = native(variables, schema);
        let read = read(&mut native_front.clone(), &mut native_ext.clone(), &mut Vec::new());
        if read.is_ok_and(|read| read == *variables) {
            front.extend(native_front);
            ext.extend(native_ext);
            return;
        }
    }
    ext.insert("variables".into(), json!(variables));
}

/// Says other variables in the form in which the old ones are said, else in another: one that stays equal is as it
/// was.
pub(super) fn change(old: &[Variable], new: &[Variable], front: &mut JsonObject, ext: &mut JsonObject) {
    let same_form = schema_of(front).and_then(|schema| in_the_form_of(schema, old, new));
    let all = [same_form, to_picoschema(new), Some(to_json_schema(new))];
    for schema in all.into_iter().flatten() {
        let (mut changed_front, mut changed_ext) = (front.clone(), ext.clone());
        changed_ext.shift_remove("variables");
        put_native(old, new, schema, &mut changed_front, &mut changed_ext);
        let read = read(&mut changed_front.clone(), &mut changed_ext.clone(), &mut Vec::new());
        if read.is_ok_and(|read| read == *new) {
            (*front, *ext) = (changed_front, changed_ext);
            return;
        }
    }
    put_native(old, &[], json!({}), front, ext);
    put(ext, "variables", (!new.is_empty()).then(|| json!(new)));
}

fn schema_of(front: &JsonObject) -> Option<&JsonObject> {
    front.get("input")?.get("schema")?.as_object()
}

/// A schema of the form of the one that is there, with its entries for variables that stay equal.
fn in_the_form_of(schema: &JsonObject, old: &[Variable], new: &[Variable]) -> Option<Value> {
    let declared = |variables: &[Variable], name: &str| {
        let variable = variables.iter().find(|variable| variable.name == name).cloned()?;
        Some(Variable { default: None, sensitive: false, ..variable })
    };
    let stays = |name: &str| declared(old, name).is_some_and(|old| declared(new, name) == Some(old));
    if let Some(Value::Object(properties)) = schema.get("properties") {
        let Value::Object(mut made) = to_json_schema(new) else { return None };
        if let Some(Value::Object(fields)) = made.get_mut("properties") {
            fields.retain(|name, _| !stays(name) || properties.contains_key(name));
            for (name, property) in fields.iter_mut().filter(|(name, _)| stays(name)) {
                *property = properties[name].clone();
            }
        }
        let mut changed = schema.clone();
        put(&mut changed, "properties", made.shift_remove("properties"));
        put(&mut changed, "required", made.shift_remove("required"));
        return Some(Value::Object(changed));
    }
    let name_of = |key: &str| key.split(['?', '(']).next().unwrap_or_default().to_owned();
    let mut fields = JsonObject::new();
    for variable in new {
        let written = schema.iter().find(|(key, _)| name_of(key) == variable.name);
        match (stays(&variable.name), written) {
            (true, Some((key, value))) => drop(fields.insert(key.clone(), value.clone())),
            // One that only a default tells of.
            (true, None) => {}
            (false, _) => fields.extend([pico_field(variable)?]),
        }
    }
    Some(Value::Object(fields))
}

/// Puts a schema, the defaults and the names of sensitive variables where they belong.
fn put_native(
    old: &[Variable],
    new: &[Variable],
    schema: Value,
    front: &mut JsonObject,
    ext: &mut JsonObject,
) {
    let mut input = front.get("input").and_then(Value::as_object).cloned().unwrap_or_default();
    let has_fields = schema.as_object().is_some_and(|fields| !fields.is_empty());
    put(&mut input, "schema", (has_fields && !new.is_empty()).then_some(schema));
    let mut defaults = input.get("default").and_then(Value::as_object).cloned().unwrap_or_default();
    defaults.retain(|name, _| new.iter().any(|variable| variable.name == *name));
    for variable in new.iter().filter(|variable| !old.contains(variable)) {
        put(&mut defaults, &variable.name, variable.default.clone());
    }
    put(&mut input, "default", (!defaults.is_empty()).then_some(Value::Object(defaults)));
    put(front, "input", (!input.is_empty()).then_some(Value::Object(input)));
    let sensitive: Vec<&str> =
        new.iter().filter(|variable| variable.sensitive).map(|variable| variable.name.as_str()).collect();
    put(ext, "sensitive", (!sensitive.is_empty()).then(|| json!(sensitive)));
}

/// The fields of the front matter and of `ext.formaops` around a schema.
fn native(variables: &[Variable], schema: Value) -> (JsonObject, JsonObject) {
    let mut input = JsonObject::new();
    input.insert("schema".into(), schema);
    let defaults: JsonObject = variables
        .iter()
        .filter_map(|variable| Some((variable.name.clone(), variable.default.clone()?)))
        .collect();
    if !defaults.is_empty() {
        input.insert("default".into(), Value::Object(defaults));
    }
    let sensitive: Vec<&str> = variables
        .iter()
        .filter(|variable| variable.sensitive)
        .map(|variable| variable.name.as_str())
        .collect();
    let front = JsonObject::from_iter([("input".to_owned(), Value::Object(input))]);
    let ext = match sensitive.as_slice() {
        [] => JsonObject::new(),
        names => JsonObject::from_iter([("sensitive".to_owned(), json!(names))]),
    };
    (front, ext)
}

fn to_picoschema(variables: &[Variable]) -> Option<Value> {
    variables.iter().map(pico_field).collect::<Option<JsonObject>>().map(Value::Object)
}

/// Picoschema has no words for limits, patterns and schemas.
fn pico_field(variable: &Variable) -> Option<(String, Value)> {
    let Variable { name, kind, required, options, min, max, pattern, description, schema, .. } = variable;
    if min.is_some() || max.is_some() || pattern.is_some() || schema.is_some() {
        return None;
    }
    let mark = if *required { "" } else { "?" };
    let comma = if description.is_empty() { "" } else { ", " };
    let word = kind.as_str();
    let in_key = || format!("{name}{mark}({word}{comma}{description})");
    // Other readers cut a key at any parenthesis.
    let fits_key = !description.contains(['(', ')']);
    match kind {
        VariableType::String | VariableType::Number | VariableType::Boolean => {
            Some((format!("{name}{mark}"), json!(format!("{word}{comma}{description}"))))
        }
        VariableType::Enum if fits_key => Some((in_key(), json!(options))),
        VariableType::Array if fits_key => Some((in_key(), json!("any"))),
        VariableType::Object if fits_key => Some((in_key(), json!({ "(*)": "any" }))),
        VariableType::Enum | VariableType::Array | VariableType::Object => None,
    }
}

fn to_json_schema(variables: &[Variable]) -> Value {
    let properties: JsonObject =
        variables.iter().map(|variable| (variable.name.clone(), Value::Object(property(variable)))).collect();
    let required: Vec<&str> = variables
        .iter()
        .filter(|variable| variable.required)
        .map(|variable| variable.name.as_str())
        .collect();
    let mut schema = json!({ "type": "object", "properties": properties });
    if !required.is_empty() {
        schema["required"] = json!(required);
    }
    schema
}

fn property(variable: &Variable) -> JsonObject {
    let Variable { kind, options, min, max, pattern, description, schema, .. } = variable;
    let mut fields = JsonObject::new();
    let mut set = |name: &str, value: Value| drop(fields.insert(name.to_owned(), value));
    let (least, most) = limits(*kind);
    match (kind, schema) {
        (VariableType::Enum, _) => set("enum", json!(options)),
        (VariableType::Object, Some(schema)) => {
            set("type", json!("object"));
            for (name, value) in schema {
                set(name, value.clone());
            }
        }
        (VariableType::Array, Some(schema)) => {
            set("type", json!("array"));
            set("items", json!(schema));
        }
        _ => set("type", json!(kind.as_str())),
    }
    if let Some(min) = min {
        set(least, number(*min));
    }
    if let Some(max) = max {
        set(most, number(*max));
    }
    if let Some(pattern) = pattern {
        set("pattern", json!(pattern));
    }
    if !description.is_empty() {
        set("description", json!(description));
    }
    fields
}

/// What JSON Schema calls the limits of a type.
fn limits(kind: VariableType) -> (&'static str, &'static str) {
    match kind {
        VariableType::String => ("minLength", "maxLength"),
        VariableType::Array => ("minItems", "maxItems"),
        VariableType::Number | VariableType::Boolean | VariableType::Enum | VariableType::Object => {
            ("minimum", "maximum")
        }
    }
}

/// A whole number without a fraction, as JSON Schema wants it for lengths.
fn number(value: f64) -> Value {
    #[expect(clippy::cast_possible_truncation, reason = "whole and below 2^53")]
    if value.fract() == 0.0 && value.abs() < 9e15 { json!(value as i64) } else { json!(value) }
}

/// Takes `input`, and `sensitive` from `ext`.
pub(super) fn read(
    front: &mut JsonObject,
    ext: &mut JsonObject,
    ignored: &mut Vec<String>,
) -> Result<Vec<Variable>, PromptFileError> {
    let mut input = take::<JsonObject>(front, "", "input")?.unwrap_or_default();
    let schema = input.shift_remove("schema").unwrap_or_default();
    let named = schema.is_string();
    let schema = picoschema::to_json_schema(schema, "input.schema", &Schemas::new())?;
    let mut variables = if let Some(schema) = schema {
        declared(schema, ignored)?
    } else {
        ignored.extend(named.then(|| "input.schema".to_owned()));
        Vec::new()
    };
    for (name, default) in take::<JsonObject>(&mut input, "input", "default")?.unwrap_or_default() {
        if let Some(variable) = variables.iter_mut().find(|variable| variable.name == name) {
            variable.default = Some(default);
        } else {
            let kind = type_of(&default);
            variables.push(Variable { default: Some(default), ..Variable::new(name, kind) });
        }
    }
    for name in take::<Vec<String>>(ext, EXT, "sensitive")?.unwrap_or_default() {
        for variable in variables.iter_mut().filter(|variable| variable.name == name) {
            variable.sensitive = true;
        }
    }
    ignored.extend(input.keys().map(|key| format!("input.{key}")));
    Ok(variables)
}

fn declared(mut schema: JsonObject, ignored: &mut Vec<String>) -> Result<Vec<Variable>, PromptFileError> {
    let path = "input.schema";
    let properties = take::<JsonObject>(&mut schema, path, "properties")?.unwrap_or_default();
    let required = take::<Vec<String>>(&mut schema, path, "required")?.unwrap_or_default();
    let mut variables = Vec::new();
    for (name, property) in properties {
        let path = format!("{path}.{name}");
        let Value::Object(property) = property else {
            return Err(PromptFileError::field(path, "must be a schema"));
        };
        let is_required = required.contains(&name);
        let read = read_property(name, property, &path, ignored)?;
        variables.push(Variable { required: is_required, ..read });
    }
    Ok(variables)
}

fn read_property(
    name: String,
    mut schema: JsonObject,
    path: &str,
    ignored: &mut Vec<String>,
) -> Result<Variable, PromptFileError> {
    let description = take(&mut schema, path, "description")?.unwrap_or_default();
    let default = schema.shift_remove("default");
    let options = schema.shift_remove("enum").and_then(|options| strings(&options));
    let declared = schema.shift_remove("type").map_or(Value::Null, without_null);
    let kind = match (&options, declared.as_str()) {
        (Some(_), _) => VariableType::Enum,
        (None, Some("string")) => VariableType::String,
        (None, Some("number" | "integer")) => VariableType::Number,
        (None, Some("boolean")) => VariableType::Boolean,
        (None, Some("array")) => VariableType::Array,
        (None, Some("object")) => VariableType::Object,
        (None, _) => {
            // Any value at all has no type here; text is what most of them are.
            ignored.push(format!("{path}.type"));
            VariableType::String
        }
    };
    let (least, most) = limits(kind);
    let has_limits = matches!(kind, VariableType::String | VariableType::Number | VariableType::Array);
    let mut limit = |name| if has_limits { take(&mut schema, path, name) } else { Ok(None) };
    let (min, max) = (limit(least)?, limit(most)?);
    let pattern = if kind == VariableType::String { take(&mut schema, path, "pattern")? } else { None };
    let inner = match kind {
        VariableType::Array => {
            take::<JsonObject>(&mut schema, path, "items")?.filter(|items| !items.is_empty())
        }
        VariableType::Object => {
            let is_open = schema.len() == 2
                && schema.get("properties") == Some(&json!({}))
                && schema.get("additionalProperties") == Some(&json!({}));
            let rest = std::mem::take(&mut schema);
            (!rest.is_empty() && !is_open).then(|| {
                JsonObject::from_iter([("type".to_owned(), json!("object"))].into_iter().chain(rest))
            })
        }
        VariableType::String | VariableType::Number | VariableType::Boolean | VariableType::Enum => None,
    };
    ignored.extend(schema.keys().map(|key| format!("{path}.{key}")));
    let variable = Variable::new(name, kind);
    let options = options.unwrap_or_default();
    Ok(Variable { default, options, min, max, pattern, description, schema: inner, ..variable })
}

/// The one type that is not null, where there is one.
fn without_null(kind: Value) -> Value {
    match kind {
        Value::Array(kinds) => {
            let mut kinds = kinds.into_iter().filter(|kind| kind != "null");
            let first = kinds.next().unwrap_or_default();
            if kinds.next().is_none() { first } else { Value::Null }
        }
        kind => kind,
    }
}

/// The options of an enumeration of texts; null among them only says that it is optional.
fn strings(options: &Value) -> Option<Vec<String>> {
    let options = options.as_array()?.iter().filter(|option| !option.is_null());
    options.map(|option| option.as_str().map(str::to_owned)).collect()
}

fn type_of(value: &Value) -> VariableType {
    match value {
        Value::Null | Value::String(_) => VariableType::String,
        Value::Bool(_) => VariableType::Boolean,
        Value::Number(_) => VariableType::Number,
        Value::Array(_) => VariableType::Array,
        Value::Object(_) => VariableType::Object,
    }
}
