//! Models: how they are referred to, what they can do, what they cost.

use crate::{
    JsonObject, NanoUsd, Parameter, ResponseFormat, ToolChoice, ToolDefinition, Usage, WORST_INPUT_PERCENT,
    id::text_serde,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::{fmt, str::FromStr};

/// Why a text does not refer to a model.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` names no model: write `provider:model`, such as `dry-run:echo`")]
pub struct InvalidModelRef(String);

/// A model of a provider: `provider:model`, split at the first colon.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ModelRef {
    /// The provider's name.
    pub provider: String,
    /// The model's id as the provider knows it; it may hold colons and slashes.
    pub model: String,
}

impl FromStr for ModelRef {
    type Err = InvalidModelRef;

    fn from_str(text: &str) -> Result<Self, InvalidModelRef> {
        match text.split_once(':') {
            Some((provider, model)) if !provider.is_empty() && !model.is_empty() => {
                Ok(Self { provider: provider.to_owned(), model: model.to_owned() })
            }
            _ => Err(InvalidModelRef(text.to_owned())),
        }
    }
}

impl fmt::Display for ModelRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.provider, self.model)
    }
}

text_serde!(ModelRef, "^[^:]+:.+$");

/// Why no model can be called with some parameters.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum InvalidParameters {
    /// A number is out of its bounds.
    #[error("`{parameter}` must be between {low} and {high}, got {value}")]
    OutOfBounds {
        /// Of which parameter.
        parameter: Parameter,
        /// The least.
        low: f64,
        /// The most.
        high: f64,
        /// What it is.
        value: f64,
    },
    /// A number that must be at least 1 is 0.
    #[error("`{0}` must be at least 1, got 0")]
    Zero(Parameter),
    /// The schema of the answer has a name that no provider would take.
    #[error("`responseFormat.name` must be 1 to 64 letters, digits, `_` or `-`, got `{0}`")]
    SchemaName(String),
    /// A tool has a name that no provider would take.
    #[error("a tool's name must be 1 to 64 letters, digits, `_` or `-`, got `{0}`")]
    ToolName(String),
    /// Two tools have the same name.
    #[error("two tools are called `{0}`")]
    SameTool(String),
    /// The tool that must be asked for is not there.
    #[error("`toolChoice` names `{0}`, and no tool is called so")]
    NoSuchTool(String),
    /// Some tool must be asked for, and none is there.
    #[error("`toolChoice` wants a tool to be called, and there is none")]
    NoTool,
    /// The free object sets what is not its to set.
    #[error("`extra` may not set `{0}`: FormaOps sets it itself")]
    Reserved(&'static str),
}

/// The usual parameters of a call. What is absent is not sent.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Parameters {
    /// Randomness, 0 to 2.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0.0, max = 2.0))]
    pub temperature: Option<f64>,
    /// The share of probability that is sampled from, over 0 to 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0.0, max = 1.0))]
    pub top_p: Option<f64>,
    /// The most tokens of an answer, reasoning included.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1))]
    pub max_tokens: Option<u32>,
    /// Texts at which the model stops.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stop: Vec<String>,
    /// A seed, where the provider takes one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seed: Option<i64>,
    /// Against repeating what was said, -2 to 2.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = -2.0, max = 2.0))]
    pub frequency_penalty: Option<f64>,
    /// Against staying with what was said, -2 to 2.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = -2.0, max = 2.0))]
    pub presence_penalty: Option<f64>,
    /// Only the so many most likely tokens are sampled from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1))]
    pub top_k: Option<u32>,
    /// How much a reasoning model thinks, in the provider's own word.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reasoning_effort: Option<String>,
    /// The most tokens that a reasoning model thinks; 0 asks it not to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reasoning_budget: Option<u32>,
    /// Whether the provider shall show what the model thought, or a summary of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reasoning_summary: Option<bool>,
    /// The shape that the answer shall have; free text where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub response_format: Option<ResponseFormat>,
    /// The tools that the model may ask for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tools: Vec<ToolDefinition>,
    /// Whether it must, may or must not ask for one; the provider's default where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tool_choice: Option<ToolChoice>,
    /// Further fields merged into the request, over what the other parameters set: object into object at any
    /// depth, while lists and plain values replace; a null takes a field out of it. It may not set model,
    /// messages, stream, n or headers.
    #[serde(default, skip_serializing_if = "JsonObject::is_empty")]
    pub extra: JsonObject,
}

impl Parameters {
    /// The fields of a request that [`Self::extra`] may not set.
    pub const RESERVED: [&str; 6] = ["model", "messages", "stream", "n", "headers", "extra_headers"];

    /// These parameters, with what is absent taken from `below`. In `extra`, object goes into object, field by
    /// field; all else of these replaces what is below.
    #[must_use]
    pub fn over(self, below: &Self) -> Self {
        let mut extra = below.extra.clone();
        lay_over(&mut extra, self.extra);
        Self {
            temperature: self.temperature.or(below.temperature),
            top_p: self.top_p.or(below.top_p),
            max_tokens: self.max_tokens.or(below.max_tokens),
            stop: if self.stop.is_empty() { below.stop.clone() } else { self.stop },
            seed: self.seed.or(below.seed),
            frequency_penalty: self.frequency_penalty.or(below.frequency_penalty),
            presence_penalty: self.presence_penalty.or(below.presence_penalty),
            top_k: self.top_k.or(below.top_k),
            reasoning_effort: self.reasoning_effort.or_else(|| below.reasoning_effort.clone()),
            reasoning_budget: self.reasoning_budget.or(below.reasoning_budget),
            reasoning_summary: self.reasoning_summary.or(below.reasoning_summary),
            response_format: self.response_format.or_else(|| below.response_format.clone()),
            tools: if self.tools.is_empty() { below.tools.clone() } else { self.tools },
            tool_choice: self.tool_choice.or_else(|| below.tool_choice.clone()),
            extra,
        }
    }

    /// The most tokens of an answer that the call asks for, also where the free object says so in the word of a
    /// provider; `None` where it does not.
    #[must_use]
    pub fn asked_output_tokens(&self) -> Option<u64> {
        const WORDS: [&str; 5] =
            ["max_tokens", "max_completion_tokens", "max_output_tokens", "maxOutputTokens", "num_predict"];
        let said = WORDS.iter().filter_map(|word| self.extra.get(*word)?.as_u64()).max();
        said.max(self.max_tokens.map(u64::from))
    }

    /// What tools and the schema of the answer add to the request by estimate: a token in four bytes.
    #[must_use]
    pub fn estimated_tokens(&self) -> u64 {
        fn bytes(value: &impl Serialize) -> usize {
            serde_json::to_vec(value).map_or(0, |json| json.len())
        }
        let tools = if self.tools.is_empty() { 0 } else { bytes(&self.tools) };
        let schema = self.response_format.as_ref().map_or(0, bytes);
        ((tools + schema) as u64).div_ceil(4)
    }

    /// The first parameter that is out of bounds, with what it must be.
    pub fn check(&self) -> Result<(), InvalidParameters> {
        let bounded = [
            (Parameter::Temperature, self.temperature, 0.0, 2.0),
            (Parameter::TopP, self.top_p, 0.0, 1.0),
            (Parameter::FrequencyPenalty, self.frequency_penalty, -2.0, 2.0),
            (Parameter::PresencePenalty, self.presence_penalty, -2.0, 2.0),
        ];
        for (parameter, value, low, high) in bounded {
            if let Some(value) = value.filter(|value| !(low..=high).contains(value)) {
                return Err(InvalidParameters::OutOfBounds { parameter, low, high, value });
            }
        }
        for (parameter, value) in [(Parameter::MaxTokens, self.max_tokens), (Parameter::TopK, self.top_k)] {
            if value == Some(0) {
                return Err(InvalidParameters::Zero(parameter));
            }
        }
        self.check_tools()?;
        match Self::RESERVED.iter().find(|&&field| self.extra.contains_key(field)) {
            Some(field) => Err(InvalidParameters::Reserved(field)),
            None => Ok(()),
        }
    }

    /// The first tool or schema whose name no provider would take.
    fn check_tools(&self) -> Result<(), InvalidParameters> {
        let is_name = |name: &str| {
            let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
            (1..=64).contains(&name.len()) && name.bytes().all(plain)
        };
        if let Some(ResponseFormat::Schema { name, .. }) = &self.response_format
            && !is_name(name)
        {
            return Err(InvalidParameters::SchemaName(name.clone()));
        }
        let mut seen = Vec::new();
        for ToolDefinition { name, .. } in &self.tools {
            if !is_name(name) {
                return Err(InvalidParameters::ToolName(name.clone()));
            }
            if seen.contains(&name) {
                return Err(InvalidParameters::SameTool(name.clone()));
            }
            seen.push(name);
        }
        match &self.tool_choice {
            Some(ToolChoice::Tool(name)) if !seen.contains(&name) => {
                Err(InvalidParameters::NoSuchTool(name.clone()))
            }
            Some(ToolChoice::Required) if seen.is_empty() => Err(InvalidParameters::NoTool),
            _ => Ok(()),
        }
    }
}

fn lay_over(below: &mut JsonObject, above: JsonObject) {
    for (name, value) in above {
        match (below.get_mut(&name), value) {
            (Some(Value::Object(below)), Value::Object(above)) => lay_over(below, above),
            (_, value) => drop(below.insert(name, value)),
        }
    }
}

/// What a model costs: nano-dollars per million tokens, a meter for each kind of token.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Price {
    /// Tokens of the request.
    pub input: u64,
    /// Tokens of the request that were read from a cache; `input` where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cached_input: Option<u64>,
    /// Tokens written to a cache; `input` where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cache_write: Option<u64>,
    /// Tokens of the answer.
    pub output: u64,
    /// Tokens of reasoning; `output` where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reasoning: Option<u64>,
    /// Other prices for longer requests, shortest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tiers: Vec<PriceTier>,
}

/// The prices from some length of the request on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PriceTier {
    /// It holds for requests with more input tokens than this.
    pub above: u64,
    /// As in [`Price`].
    pub input: u64,
    /// As in [`Price`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cached_input: Option<u64>,
    /// As in [`Price`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cache_write: Option<u64>,
    /// As in [`Price`].
    pub output: u64,
}

impl Price {
    /// A price of nothing, for local and dry runs.
    pub const FREE: Self = Self {
        input: 0,
        cached_input: None,
        cache_write: None,
        output: 0,
        reasoning: None,
        tiers: Vec::new(),
    };

    /// Whether nothing is to be paid, whatever the call.
    #[must_use]
    pub fn is_free(&self) -> bool {
        let is_nothing = |meters: [Option<u64>; 5]| meters.into_iter().flatten().all(|price| price == 0);
        let Self { input, cached_input, cache_write, output, reasoning, tiers } = self;
        is_nothing([Some(*input), *cached_input, *cache_write, Some(*output), *reasoning])
            && tiers.iter().all(|tier| {
                is_nothing([Some(tier.input), tier.cached_input, tier.cache_write, Some(tier.output), None])
            })
    }

    /// The most that a call can cost: an input of so many tokens by estimate, which may be [`WORST_INPUT_PERCENT`] of
    /// that, and the longest answer, whichever meters they run on.
    #[must_use]
    pub fn worst_case(&self, estimated_input_tokens: u64, longest_output_tokens: u64) -> NanoUsd {
        let input = estimated_input_tokens.saturating_mul(WORST_INPUT_PERCENT).div_ceil(100);
        let output = longest_output_tokens;
        let usage = |cache_write_tokens, reasoning_tokens| Usage {
            input_tokens: input,
            output_tokens: output,
            cache_write_tokens,
            reasoning_tokens,
            ..Usage::default()
        };
        let meters = [(0, 0), (input, 0), (0, output), (input, output)];
        let costs = meters.map(|(written, reasoned)| self.cost(&usage(written, reasoned)));
        costs.into_iter().max().unwrap_or_default()
    }

    /// What `usage` costs: `ceil(sum(tokens x price) / 1,000,000)`, and no more than [`NanoUsd::MOST_OF_A_CALL`].
    #[must_use]
    pub fn cost(&self, usage: &Usage) -> NanoUsd {
        let tier = self.tiers.iter().rev().find(|tier| usage.input_tokens > tier.above);
        let (input, cached, written, output, reasoning) = match tier {
            Some(tier) => (tier.input, tier.cached_input, tier.cache_write, tier.output, None),
            None => (self.input, self.cached_input, self.cache_write, self.output, self.reasoning),
        };
        let cached_tokens = usage.cached_tokens.min(usage.input_tokens);
        let written_tokens = usage.cache_write_tokens.min(usage.input_tokens - cached_tokens);
        let reasoning_tokens = usage.reasoning_tokens.min(usage.output_tokens);
        let meters = [
            (usage.input_tokens - cached_tokens - written_tokens, input),
            (cached_tokens, cached.unwrap_or(input)),
            (written_tokens, written.unwrap_or(input)),
            (usage.output_tokens - reasoning_tokens, output),
            (reasoning_tokens, reasoning.unwrap_or(output)),
        ];
        let total: u128 = meters.iter().map(|&(tokens, price)| u128::from(tokens) * u128::from(price)).sum();
        let cost = u64::try_from(total.div_ceil(1_000_000)).unwrap_or(u64::MAX);
        NanoUsd::from_nanos(cost).min(NanoUsd::MOST_OF_A_CALL)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_is_split_at_the_first_colon() {
        let model: ModelRef = "ollama:llama3:8b".parse().unwrap();
        assert_eq!((model.provider.as_str(), model.model.as_str()), ("ollama", "llama3:8b"));
        for bad in ["", "gpt", ":gpt", "openai:"] {
            assert!(bad.parse::<ModelRef>().is_err(), "{bad}");
        }
    }

    #[test]
    fn a_cost_is_the_sum_of_its_meters_rounded_up_to_a_nano_dollar() {
        let price = Price {
            input: 2_500_000_000,
            cached_input: Some(1_250_000_000),
            output: 10_000_000_000,
            ..Price::default()
        };
        let usage = Usage {
            input_tokens: 1_000,
            cached_tokens: 400,
            output_tokens: 200,
            reasoning_tokens: 50,
            ..Usage::default()
        };
        assert_eq!(price.cost(&usage).to_string(), "0.004");
        let tiny = Price { input: 1, ..Price::default() };
        assert_eq!(tiny.cost(&Usage { input_tokens: 1, ..Usage::default() }).as_nanos(), 1);
    }

    #[test]
    fn the_worst_case_is_a_longer_request_and_the_longest_answer_on_the_dearest_meters() {
        let plain = Price { input: 1_000_000, output: 2_000_000, ..Price::default() };
        assert_eq!(plain.worst_case(100, 50).as_nanos(), 125 + 100);
        let dearer = Price { cache_write: Some(4_000_000), reasoning: Some(3_000_000), ..plain.clone() };
        assert_eq!(dearer.worst_case(100, 50).as_nanos(), 500 + 150);
        let cheaper = Price { cache_write: Some(1), reasoning: Some(1), ..plain };
        assert_eq!(cheaper.worst_case(100, 50).as_nanos(), 125 + 100);
        assert_eq!(Price::FREE.worst_case(u64::MAX, u64::MAX), NanoUsd::ZERO);
    }

    #[test]
    fn the_longest_answer_asked_for_is_found_also_in_the_free_object() {
        let asked = |max_tokens, extra: serde_json::Value| {
            let extra = extra.as_object().unwrap().clone();
            Parameters { max_tokens, extra, ..Parameters::default() }.asked_output_tokens()
        };
        assert_eq!(asked(None, serde_json::json!({})), None);
        assert_eq!(asked(Some(10), serde_json::json!({ "seed": 1 })), Some(10));
        assert_eq!(asked(Some(10), serde_json::json!({ "max_completion_tokens": 500 })), Some(500));
    }

    #[test]
    fn a_long_request_pays_the_price_of_its_tier() {
        let tier = PriceTier {
            above: 200_000,
            input: 4_000_000,
            cached_input: None,
            cache_write: None,
            output: 8_000_000,
        };
        let cache_write = Some(1_000_000);
        let price =
            Price { input: 2_000_000, output: 4_000_000, cache_write, tiers: vec![tier], ..Price::default() };
        let cost = |input_tokens| price.cost(&Usage { input_tokens, ..Usage::default() }).as_nanos();
        assert_eq!(cost(200_000), 400_000);
        assert_eq!(cost(200_001), 800_004);
        // What a tier does not say is not taken from below, where it is cheaper.
        let written = Usage { input_tokens: 200_001, cache_write_tokens: 200_001, ..Usage::default() };
        assert_eq!(price.cost(&written).as_nanos(), 800_004);
    }

    #[test]
    fn no_call_costs_more_than_can_be_added_up() {
        let price = Price { input: 1_000_000_000_000, ..Price::default() };
        let lie = Usage { input_tokens: 1 << 40, ..Usage::default() };
        assert_eq!(price.cost(&lie), NanoUsd::MOST_OF_A_CALL);
        let thousands = u128::from(NanoUsd::MOST_OF_A_CALL.as_nanos()) * 9_000;
        assert!(i64::try_from(thousands).is_ok(), "the store adds them up in 63 bits");
    }

    #[test]
    fn a_price_that_says_zero_for_each_meter_is_free() {
        let tier = PriceTier { above: 9, input: 0, cached_input: Some(0), cache_write: None, output: 0 };
        let free =
            Price { cached_input: Some(0), reasoning: Some(0), tiers: vec![tier.clone()], ..Price::FREE };
        assert!(free.is_free());
        assert!(!Price { tiers: vec![PriceTier { output: 1, ..tier }], ..Price::FREE }.is_free());
        assert!(!Price { reasoning: Some(1), ..Price::FREE }.is_free());
    }

    #[test]
    fn usage_that_contradicts_itself_never_costs_less_than_nothing() {
        let price = Price { input: 1_000_000, output: 1_000_000, ..Price::default() };
        let lie = Usage { input_tokens: 1, cached_tokens: 9, reasoning_tokens: 9, ..Usage::default() };
        assert_eq!(price.cost(&lie).as_nanos(), 1);
    }

    #[test]
    fn parameters_are_bounded_and_the_free_object_cannot_take_over_the_request() {
        let hot = Parameters { temperature: Some(3.5), ..Parameters::default() };
        assert_eq!(hot.check().unwrap_err().to_string(), "`temperature` must be between 0 and 2, got 3.5");
        let extra = serde_json::from_str(r#"{"stream": false}"#).unwrap();
        let taking_over = Parameters { extra, ..Parameters::default() };
        assert_eq!(taking_over.check(), Err(InvalidParameters::Reserved("stream")));
    }

    #[test]
    fn the_free_objects_of_two_layers_are_one_with_the_upper_on_top_at_any_depth() {
        let layer =
            |extra| Parameters { extra: serde_json::from_str(extra).unwrap(), ..Parameters::default() };
        let below = layer(r#"{"thinking": {"type": "on", "budget": 5}, "stop": [1], "tier": "flex"}"#);
        let above = layer(r#"{"thinking": {"budget": 7}, "stop": [2], "tier": null}"#);
        // The null stays: it will take the field out of the request.
        let both = layer(r#"{"thinking": {"type": "on", "budget": 7}, "stop": [2], "tier": null}"#);
        assert_eq!(above.over(&below), both);
    }
}
