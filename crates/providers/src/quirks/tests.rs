//! Who takes which parameter, and how it is called there.

use super::*;
use formaops_domain::{
    Parameter::{MaxTokens, Seed, Temperature, TopP},
    ProviderKind::{Anthropic, AzureOpenAi, Bedrock, Gemini, Ollama, OpenAiChat, OpenAiResponses},
};
use proptest::prelude::*;

const OPENAI: &str = "https://api.openai.com:443";

fn quirks(kind: ProviderKind, origin: &str, model: &str) -> Quirks {
    Quirks::of(kind, Some(&origin.parse().unwrap()), model)
}

/// The parameters that are a problem, in the order they are told.
fn problems_of(quirks: &Quirks, parameters: &str) -> Vec<&'static str> {
    let parameters = serde_json::from_str(parameters).unwrap();
    quirks.check(&parameters).iter().map(|problem| problem.parameter.as_str()).collect()
}

#[test]
fn what_a_model_does_not_take_is_told_and_what_it_takes_is_not() {
    let anthropic = "https://api.anthropic.com:443";
    let gemini = "https://generativelanguage.googleapis.com:443";
    let bedrock = "https://bedrock-runtime.us-east-1.amazonaws.com:443";
    for (kind, origin, model, parameters, told) in [
        (
            OpenAiChat,
            OPENAI,
            "gpt-4o",
            r#"{"temperature": 1.5, "topP": 0.5, "stop": ["a"], "seed": 1}"#,
            vec![],
        ),
        (
            OpenAiChat,
            OPENAI,
            "gpt-4o",
            r#"{"topK": 5, "reasoningEffort": "low"}"#,
            vec!["topK", "reasoningEffort"],
        ),
        (OpenAiChat, OPENAI, "gpt-4o", r#"{"stop": ["a", "b", "c", "d", "e"]}"#, vec!["stop"]),
        (OpenAiChat, OPENAI, "o3", r#"{"temperature": 0.5, "stop": ["a"]}"#, vec!["temperature", "stop"]),
        (OpenAiChat, OPENAI, "o3", r#"{"temperature": 1, "reasoningEffort": "low"}"#, vec![]),
        (OpenAiChat, OPENAI, "o1", r#"{"stop": ["a"]}"#, vec![]),
        (OpenAiChat, OPENAI, "ft:o4-mini-2025-04-16:me::1", r#"{"topP": 0.5}"#, vec!["topP"]),
        (OpenAiChat, OPENAI, "gpt-5-mini", r#"{"topP": 0.5, "reasoningEffort": "minimal"}"#, vec!["topP"]),
        (OpenAiChat, OPENAI, "gpt-5-chat-latest", r#"{"topP": 0.5, "temperature": 0}"#, vec![]),
        (OpenAiChat, OPENAI, "gpt-5.1", r#"{"temperature": 0}"#, vec![]),
        (
            OpenAiChat,
            OPENAI,
            "gpt-5.1",
            r#"{"temperature": 0, "reasoningEffort": "low"}"#,
            vec!["temperature"],
        ),
        (OpenAiChat, OPENAI, "gpt-5.6", r#"{"temperature": 0}"#, vec!["temperature"]),
        (OpenAiChat, OPENAI, "gpt-5.6", r#"{"temperature": 0, "reasoningEffort": "none"}"#, vec![]),
        (OpenAiChat, OPENAI, "gpt-6.1-sol", r#"{"reasoningEffort": "none"}"#, vec!["reasoningEffort"]),
        (OpenAiResponses, OPENAI, "gpt-4o", r#"{"stop": ["a"], "seed": 1}"#, vec!["stop", "seed"]),
        (OpenAiResponses, OPENAI, "gpt-5.4", r#"{"reasoningSummary": true}"#, vec![]),
        (OpenAiChat, OPENAI, "gpt-5.4", r#"{"reasoningSummary": true}"#, vec!["reasoningSummary"]),
        (Anthropic, anthropic, "claude-haiku-4-5", r#"{"temperature": 1.5}"#, vec!["temperature"]),
        (
            Anthropic,
            anthropic,
            "claude-haiku-4-5",
            r#"{"temperature": 0.5, "topP": 0.5}"#,
            vec!["temperature"],
        ),
        (Anthropic, anthropic, "claude-haiku-4-5", r#"{"temperature": 0.5, "topK": 5}"#, vec![]),
        (
            Anthropic,
            anthropic,
            "claude-haiku-4-5",
            r#"{"temperature": 0.5, "topK": 5, "reasoningBudget": 2000, "maxTokens": 1500}"#,
            vec!["reasoningBudget", "temperature", "topK"],
        ),
        (Anthropic, anthropic, "claude-haiku-4-5", r#"{"reasoningBudget": 5}"#, vec!["reasoningBudget"]),
        (Anthropic, anthropic, "claude-haiku-4-5", r#"{"reasoningEffort": "low"}"#, vec!["reasoningEffort"]),
        (
            Anthropic,
            anthropic,
            "claude-haiku-4-5",
            r#"{"responseFormat": {"kind": "json"}}"#,
            vec!["responseFormat"],
        ),
        (
            Anthropic,
            anthropic,
            "claude-opus-5",
            r#"{"temperature": 1, "reasoningEffort": "max"}"#,
            vec!["temperature"],
        ),
        (Anthropic, anthropic, "claude-opus-5", r#"{"reasoningBudget": 0}"#, vec![]),
        (Anthropic, anthropic, "claude-opus-5-5", r#"{"reasoningBudget": 0}"#, vec!["reasoningBudget"]),
        (Gemini, gemini, "gemini-2.5-pro", r#"{"reasoningBudget": 0}"#, vec!["reasoningBudget"]),
        (Gemini, gemini, "gemini-2.5-flash", r#"{"reasoningBudget": 0, "topK": 40}"#, vec![]),
        (Gemini, gemini, "gemini-3.8-flash", r#"{"temperature": 0}"#, vec!["temperature"]),
        (
            Gemini,
            gemini,
            "gemini-3.1-pro-preview",
            r#"{"reasoningEffort": "minimal"}"#,
            vec!["reasoningEffort"],
        ),
        (
            Bedrock,
            bedrock,
            "eu.anthropic.claude-haiku-4-5-20251001-v1:0",
            r#"{"topK": 5, "seed": 1}"#,
            vec!["seed"],
        ),
        (Bedrock, bedrock, "meta.llama3-3-70b-instruct-v1:0", r#"{"topK": 5}"#, vec!["topK"]),
        (Bedrock, bedrock, "us.anthropic.claude-opus-5", r#"{"temperature": 0.5}"#, vec!["temperature"]),
        (
            Ollama,
            "http://127.0.0.1:11434",
            "qwen3",
            r#"{"topK": 5, "toolChoice": "required"}"#,
            vec!["toolChoice"],
        ),
        (
            OpenAiChat,
            "https://api.groq.com:443",
            "openai/gpt-oss-20b",
            r#"{"presencePenalty": 1}"#,
            vec!["presencePenalty"],
        ),
        (
            OpenAiChat,
            "https://api.mistral.ai:443",
            "open-mistral-nemo",
            r#"{"reasoningEffort": "high"}"#,
            vec!["reasoningEffort"],
        ),
        (
            OpenAiChat,
            "https://api.mistral.ai:443",
            "mistral-large-4",
            r#"{"reasoningEffort": "high"}"#,
            vec![],
        ),
        (
            OpenAiChat,
            "https://api.deepseek.com:443",
            "deepseek-v4-pro",
            r#"{"temperature": 0}"#,
            vec!["temperature"],
        ),
        (
            OpenAiChat,
            "https://api.deepseek.com:443",
            "deepseek-v4-pro",
            r#"{"temperature": 0, "reasoningEffort": "none"}"#,
            vec![],
        ),
        (
            OpenAiChat,
            "https://api.x.ai:443",
            "grok-4.7",
            r#"{"stop": ["a"], "reasoningEffort": "low"}"#,
            vec!["stop"],
        ),
        (OpenAiChat, "https://api.x.ai:443", "grok-4.20-non-reasoning", r#"{"stop": ["a"]}"#, vec![]),
        (
            OpenAiChat,
            "https://openrouter.ai:443",
            "openai/o3",
            r#"{"temperature": 0, "reasoningBudget": 2000}"#,
            vec![],
        ),
        // Of a server of the user's own nothing is assumed, whatever its models are called.
        (OpenAiChat, "https://models.example.com:443", "gpt-5", r#"{"temperature": 0, "topK": 5}"#, vec![]),
    ] {
        assert_eq!(problems_of(&quirks(kind, origin, model), parameters), told, "{model} {parameters}");
    }
}

#[test]
fn fields_and_roles_go_by_the_names_that_each_place_knows() {
    let field = |kind, origin, parameter| quirks(kind, origin, "m").field(parameter);
    assert_eq!(field(OpenAiChat, OPENAI, MaxTokens), Some("max_completion_tokens"));
    assert_eq!(field(AzureOpenAi, "https://me.openai.azure.com", MaxTokens), Some("max_completion_tokens"));
    assert_eq!(field(OpenAiResponses, OPENAI, MaxTokens), Some("max_output_tokens"));
    assert_eq!(field(OpenAiChat, "https://openrouter.ai", MaxTokens), None);
    assert_eq!(field(OpenAiChat, "https://api.mistral.ai", Seed), Some("random_seed"));
    assert_eq!(quirks(OpenAiChat, OPENAI, "gpt-5").system_role(), "developer");
    assert_eq!(quirks(OpenAiChat, OPENAI, "gpt-4o").system_role(), "system");
    assert!(!quirks(OpenAiChat, "https://api.mistral.ai", "m").include_usage());
    assert!(quirks(OpenAiChat, OPENAI, "m").include_usage());
    assert_eq!(quirks(Anthropic, "https://api.anthropic.com", "m").needs_max_tokens(), Some(8192));
    assert_eq!(quirks(OpenAiChat, OPENAI, "m").needs_max_tokens(), None);
}

#[test]
fn the_wish_to_think_is_written_as_each_model_reads_it() {
    let form = |kind, origin: &str, model| quirks(kind, origin, model).reasoning();
    let anthropic = "https://api.anthropic.com";
    assert_eq!(form(OpenAiChat, OPENAI, "gpt-5"), ReasoningForm::Effort);
    assert_eq!(form(OpenAiChat, "https://openrouter.ai", "any"), ReasoningForm::Object);
    assert_eq!(form(OpenAiChat, "https://api.deepseek.com", "deepseek-flash"), ReasoningForm::Switch);
    assert_eq!(form(Anthropic, anthropic, "claude-opus-4-5"), ReasoningForm::Budget);
    assert_eq!(form(Anthropic, anthropic, "claude-opus-4-6"), ReasoningForm::Adaptive);
    assert_eq!(form(Bedrock, "https://any.example", "us.anthropic.claude-opus-5"), ReasoningForm::Adaptive);
    assert_eq!(
        form(Bedrock, "https://any.example", "us.amazon.nova-2-lite-v1:0"),
        ReasoningForm::ReasoningConfig
    );
}

#[test]
fn of_a_deployment_whose_model_is_not_known_only_what_holds_for_all_is_told() {
    let unknown = quirks(AzureOpenAi, "https://me.openai.azure.com", "");
    assert_eq!(problems_of(&unknown, r#"{"temperature": 0, "topK": 1, "stop": ["a"]}"#), ["topK"]);
}

#[test]
fn every_group_says_where_it_was_read_and_each_hint_is_a_sentence() {
    for group in groups() {
        assert!(group.source.starts_with("https://"), "{}", group.title);
        assert!(!group.places.is_empty() && !group.quirks.is_empty(), "{}", group.title);
        for quirk in &group.quirks {
            let Quirk::Rule(rule) = quirk else { continue };
            assert!(rule.note.is_empty() || rule.note.ends_with('.'), "{}: {}", group.title, rule.note);
            if let ParameterLimit::Range { min, max, .. } = rule.limit {
                assert!(min <= max, "{}", group.title);
            }
        }
    }
}

#[test]
fn every_model_of_the_catalogue_can_be_called_with_nothing_set() {
    for group in groups() {
        for place in &group.places {
            let origin = place.origin.replace('*', "x");
            for model in group.models {
                let model = model.replace('*', "x");
                let quirks = Quirks::of(place.kind, origin.parse().ok().as_ref(), &model);
                assert_eq!(quirks.check(&Parameters::default()), [], "{model}");
            }
        }
    }
}

proptest! {
    #[test]
    fn a_parameter_is_told_at_most_once_and_taken_once_it_is_left_out(
        group in 0..groups().len(),
        temperature in proptest::option::of(0.0..2.0f64),
        top_p in proptest::option::of(0.0..1.0f64),
        top_k in proptest::option::of(1..100u32),
        budget in proptest::option::of(0..5000u32),
        effort in proptest::option::of(prop_oneof!["none", "low", "max"]),
    ) {
        let group = &groups()[group];
        let model = group.models.first().copied().unwrap_or("m").replace('*', "");
        let origin = group.places[0].origin.replace('*', "https://x.example");
        let quirks = quirks(group.places[0].kind, &origin, &model);
        let mut parameters = Parameters {
            temperature, top_p, top_k, reasoning_budget: budget, reasoning_effort: effort, ..Parameters::default()
        };
        let problems = quirks.check(&parameters);
        for problem in &problems {
            let same = problems.iter().filter(|other| other.parameter == problem.parameter);
            prop_assert_eq!(same.count(), 1);
            match problem.parameter {
                Temperature => parameters.temperature = None,
                TopP => parameters.top_p = None,
                Parameter::TopK => parameters.top_k = None,
                Parameter::ReasoningBudget => parameters.reasoning_budget = None,
                Parameter::ReasoningEffort => parameters.reasoning_effort = None,
                other => prop_assert!(false, "{} was not set", other),
            }
        }
        // Leaving out `none` may wake a rule that thinking brings with it, but nothing that was told stays.
        let left = quirks.check(&parameters);
        prop_assert!(left.iter().all(|after| problems.iter().all(|before| before.parameter != after.parameter)));
    }
}
