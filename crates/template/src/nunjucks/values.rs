//! Inputs as Nunjucks sees them: lists and objects count as true even when they are empty, a loop over an object has its
//! names and values, and a list knows its `length`.

use crate::{
    evaluate::MAX_NESTING,
    value::{self, Inputs},
};
use minijinja::value::{Enumerator, Object, ObjectRepr, Value, ValueKind};
use serde_json::{Map, Number, Value as Json};
use std::{
    collections::{BTreeMap, HashMap},
    fmt,
    sync::Arc,
};

/// The inputs as the names that a template sees. One without a value is not there, so that `default` stands in for it.
pub(super) fn inputs(given: &Inputs<'_>) -> Value {
    let there = given.iter().filter(|(_, value)| !value.is_null());
    Value::from(there.map(|(name, value)| (name, of_json(value))).collect::<BTreeMap<_, _>>())
}

pub(super) fn of_json(json: &Json) -> Value {
    match json {
        Json::Null => Value::from(()),
        Json::Bool(flag) => Value::from(*flag),
        Json::Number(number) => match (number.as_i64(), number.as_u64(), number.as_f64()) {
            (Some(number), _, _) => Value::from(number),
            (_, Some(number), _) => Value::from(number),
            (_, _, number) => Value::from(number.unwrap_or(f64::NAN)),
        },
        Json::String(text) => Value::from(text.as_str()),
        Json::Array(items) => Value::from_object(List(items.iter().map(of_json).collect())),
        Json::Object(fields) => {
            let pairs: Vec<_> = fields.iter().map(|(name, value)| (name.clone(), of_json(value))).collect();
            let places = pairs.iter().enumerate().map(|(at, (name, _))| (name.clone(), at)).collect();
            Value::from_object(Fields { pairs, places })
        }
    }
}

/// A value as JSON; what is nested deeper than rendering goes is null.
pub(super) fn to_json(value: &Value) -> Json {
    json_at(value, 0)
}

fn json_at(value: &Value, depth: usize) -> Json {
    if depth == MAX_NESTING {
        return Json::Null;
    }
    match value.kind() {
        ValueKind::Undefined | ValueKind::None => Json::Null,
        ValueKind::Bool => Json::Bool(value.is_true()),
        ValueKind::Number => number(value),
        ValueKind::Seq | ValueKind::Iterable => match value.downcast_object_ref::<Pair>() {
            Some(pair) => Json::from(&*pair.name),
            None => value.try_iter().into_iter().flatten().map(|item| json_at(&item, depth + 1)).collect(),
        },
        ValueKind::Map => Json::Object(fields_at(value, depth)),
        _ => Json::from(value.as_str().map_or_else(|| value.to_string(), str::to_owned)),
    }
}

fn fields_at(value: &Value, depth: usize) -> Map<String, Json> {
    if let Some(fields) = value.downcast_object_ref::<Fields>() {
        let pairs = fields.pairs.iter();
        return pairs.map(|(name, value)| (name.clone(), json_at(value, depth + 1))).collect();
    }
    let names = value.try_iter().into_iter().flatten();
    let pair = |name: Value| (print(&name), json_at(&value.get_item(&name).unwrap_or_default(), depth + 1));
    names.map(pair).collect()
}

fn number(value: &Value) -> Json {
    if let Some(number) = value.as_i64() {
        return Json::from(number);
    }
    match u64::try_from(value.clone()) {
        Ok(number) => Json::from(number),
        Err(_) => {
            f64::try_from(value.clone()).ok().and_then(Number::from_f64).map_or(Json::Null, Json::Number)
        }
    }
}

/// A value as it stands in a text, as in the other templates: null is empty, lists and objects are JSON.
pub(super) fn print(value: &Value) -> String {
    if let Some(text) = value.as_str() {
        return text.to_owned();
    }
    let mut text = String::new();
    value::write_printed(&mut text, &to_json(value));
    text
}

/// A value as it stands in a text of JSON, whatever is in it. What is marked as safe stands as it is.
pub(super) fn print_in_json(value: &Value) -> String {
    let text = print(value);
    if value.is_safe() {
        return text;
    }
    let quoted = Json::String(text).to_string();
    quoted[1..quoted.len() - 1].to_owned()
}

/// A list of the inputs.
#[derive(Debug)]
struct List(Vec<Value>);

impl Object for List {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Seq
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        match key.as_str() {
            Some(name) => (name == "length").then(|| Value::from(self.0.len())),
            None => self.0.get(key.as_usize()?).cloned(),
        }
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Seq(self.0.len())
    }

    fn is_true(self: &Arc<Self>) -> bool {
        true
    }
}

/// An object of the inputs.
#[derive(Debug)]
struct Fields {
    pairs: Vec<(String, Value)>,
    places: HashMap<String, usize>,
}

impl Object for Fields {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Map
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        if let Some(pair) = key.downcast_object_ref::<Pair>() {
            return Some(pair.value.clone());
        }
        let place = *self.places.get(key.as_str()?)?;
        self.pairs.get(place).map(|(_, value)| value.clone())
    }

    /// The names, each with its value, so that a loop can have both.
    fn enumerate(self: &Arc<Self>) -> Enumerator {
        let pair = |(name, value): &(String, Value)| {
            Value::from_object(Pair { name: name.as_str().into(), value: value.clone() })
        };
        Enumerator::Values(self.pairs.iter().map(pair).collect())
    }

    fn is_true(self: &Arc<Self>) -> bool {
        true
    }
}

/// A name of an object with its value: two in a loop over both, the name alone where it is printed.
#[derive(Debug)]
struct Pair {
    name: Arc<str>,
    value: Value,
}

impl Object for Pair {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Seq
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        match key.as_usize()? {
            0 => Some(Value::from(&*self.name)),
            1 => Some(self.value.clone()),
            _ => None,
        }
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Seq(2)
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}
