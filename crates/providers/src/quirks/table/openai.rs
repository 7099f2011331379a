//! OpenAI: Chat Completions and Responses, at OpenAI itself and on Azure.

use super::{LOW_TO_HIGH, anywhere, at, at_most, efforts, only, refused};
use crate::quirks::{Group, Place, Quirk};
use formaops_domain::{
    Parameter::{
        FrequencyPenalty, MaxTokens, PresencePenalty, ReasoningBudget, ReasoningEffort, ReasoningSummary,
        Seed, Stop, Temperature, TopK, TopP,
    },
    ProviderKind::{AzureOpenAi, OpenAiChat, OpenAiResponses},
    When,
};

const ORIGIN: &str = "https://api.openai.com:443";
const SDK: &str = "https://pypi.org/project/openai/3.57.0/";
const REASONING: &str = "https://github.com/BerriAI/litellm/blob/v1.110.2/litellm/llms/openai/chat/gpt_reasoning_transformation.py";
const O_SERIES: &str =
    "https://github.com/BerriAI/litellm/blob/v1.110.2/litellm/llms/openai/chat/o_series_transformation.py";
const LEVELS: &str = "https://github.com/BerriAI/litellm/blob/v1.110.2/model_prices_and_context_window.json";

/// Where OpenAI's own models are called by Chat Completions.
fn chat() -> Vec<Place> {
    vec![at(OpenAiChat, ORIGIN), anywhere(AzureOpenAi)]
}

/// Where OpenAI's own models are called.
fn everywhere() -> Vec<Place> {
    vec![at(OpenAiChat, ORIGIN), at(OpenAiResponses, ORIGIN), anywhere(AzureOpenAi)]
}

pub(super) fn groups() -> Vec<Group> {
    let mut groups = wires();
    groups.extend(reasoning());
    groups.extend(levels());
    groups
}

fn wires() -> Vec<Group> {
    vec![
        Group {
            title: "Chat Completions",
            places: vec![anywhere(OpenAiChat), anywhere(AzureOpenAi)],
            models: &[],
            except: &[],
            source: SDK,
            quirks: vec![
                refused(ReasoningBudget)
                    .note("Chat Completions has no field for it: set `reasoningEffort`, or `maxTokens` for the whole answer."),
                refused(ReasoningSummary)
                    .note("Chat Completions has no field for it: servers that show reasoning do so unasked."),
            ],
        },
        Group {
            title: "Chat Completions at OpenAI and on Azure",
            places: chat(),
            models: &[],
            except: &[],
            source: SDK,
            quirks: vec![
                Quirk::Field(MaxTokens, "max_completion_tokens"),
                refused(TopK).note("OpenAI samples by `temperature` and `topP` alone."),
                at_most(Stop, 4),
            ],
        },
        Group {
            title: "Responses",
            places: vec![anywhere(OpenAiResponses)],
            models: &[],
            except: &[],
            source: SDK,
            quirks: [Stop, Seed, FrequencyPenalty, PresencePenalty, TopK]
                .map(|parameter| {
                    refused(parameter).note("The Responses API has no field for it; Chat Completions may.")
                })
                .into_iter()
                .chain([
                    refused(ReasoningBudget).note("The Responses API takes `reasoningEffort` in its place."),
                    Quirk::Field(MaxTokens, "max_output_tokens"),
                ])
                .collect(),
        },
    ]
}

/// What reasoning models refuse, generation by generation.
fn reasoning() -> Vec<Group> {
    const WHY: &str = "Reasoning models choose this themselves.";
    const NONE: &str = "Set `reasoningEffort` to `none`, or leave it out.";
    let never = |parameters: &[formaops_domain::Parameter]| {
        parameters.iter().map(|&parameter| refused(parameter).note(WHY)).collect::<Vec<_>>()
    };
    vec![
        Group {
            title: "OpenAI reasoning models: o series",
            places: everywhere(),
            models: &["o1*", "o3*", "o4*"],
            except: &[],
            source: O_SERIES,
            quirks: [
                never(&[TopP, FrequencyPenalty, PresencePenalty]),
                vec![only(Temperature, 1.0).note(WHY), Quirk::SystemRole("developer"), efforts(LOW_TO_HIGH)],
            ]
            .concat(),
        },
        Group {
            title: "OpenAI reasoning models: o3, o4-mini",
            places: everywhere(),
            models: &["o3", "o3-20*", "o3-pro*", "o4-mini*"],
            except: &[],
            source: SDK,
            quirks: never(&[Stop]),
        },
        Group {
            title: "OpenAI reasoning models: GPT-5 and later",
            places: everywhere(),
            models: &["gpt-5*", "gpt-6*"],
            except: &["*-chat*", "*-search-*"],
            source: REASONING,
            quirks: [
                never(&[FrequencyPenalty, PresencePenalty, Stop]),
                vec![
                    only(Temperature, 1.0).note(WHY),
                    refused(TopP).note(WHY),
                    Quirk::SystemRole("developer"),
                ],
            ]
            .concat(),
        },
        Group {
            title: "OpenAI reasoning models that do not think unless told to",
            places: everywhere(),
            models: &["gpt-5.1*", "gpt-5.2*", "gpt-5.4*"],
            except: &["*-chat*", "*-codex*", "*-pro*"],
            source: REASONING,
            quirks: vec![
                Quirk::Takes(Temperature),
                Quirk::Takes(TopP),
                only(Temperature, 1.0).when(When::Thinking).note(NONE),
                refused(TopP).when(When::Thinking).note(NONE),
            ],
        },
        Group {
            title: "OpenAI reasoning models that can be told not to think",
            places: everywhere(),
            models: &["gpt-5.5*", "gpt-5.6*", "gpt-6-sol*", "gpt-6-luna*", "gpt-6.1-terra*"],
            except: &["*-pro*", "*-cyber*"],
            source: REASONING,
            quirks: vec![
                Quirk::Takes(Temperature),
                Quirk::Takes(TopP),
                only(Temperature, 1.0)
                    .when(When::UnlessOff)
                    .note("Set `reasoningEffort` to `none` to choose it."),
                refused(TopP).when(When::UnlessOff).note("Set `reasoningEffort` to `none` to choose it."),
            ],
        },
    ]
}

/// The words for the effort that each generation takes.
fn levels() -> Vec<Group> {
    const NONE_TO_HIGH: &[&str] = &["none", "low", "medium", "high"];
    const NONE_TO_XHIGH: &[&str] = &["none", "low", "medium", "high", "xhigh"];
    const NONE_TO_MAX: &[&str] = &["none", "low", "medium", "high", "xhigh", "max"];
    const LOW_TO_MAX: &[&str] = &["low", "medium", "high", "xhigh", "max"];
    let of = |title, models, except, levels| Group {
        title,
        places: everywhere(),
        models,
        except,
        source: LEVELS,
        quirks: vec![efforts(levels)],
    };
    vec![
        of(
            "Effort: GPT-5",
            &["gpt-5", "gpt-5-20*", "gpt-5-mini*", "gpt-5-nano*"],
            &[],
            &["minimal", "low", "medium", "high"],
        ),
        of("Effort: GPT-5 pro", &["gpt-5-pro*"], &[], &["high"]),
        of("Effort: GPT-5.1", &["gpt-5.1", "gpt-5.1-20*"], &[], NONE_TO_HIGH),
        of(
            "Effort: GPT-5.2 to 5.6",
            &["gpt-5.2*", "gpt-5.4*", "gpt-5.5*", "gpt-5.6*"],
            &["*-chat*", "*-codex*", "*-pro*", "*-cyber*"],
            NONE_TO_XHIGH,
        ),
        of("Effort: GPT-6", &["gpt-6-sol*", "gpt-6-luna*", "gpt-6.1-terra*"], &[], NONE_TO_MAX),
        of("Effort: GPT-6 that always thinks", &["gpt-6-astra*", "gpt-6.1-sol*"], &[], LOW_TO_MAX),
        Group {
            title: "OpenAI models that do not think",
            places: everywhere(),
            models: &["gpt-4*", "gpt-3.5*"],
            except: &[],
            source: LEVELS,
            quirks: vec![refused(ReasoningEffort)],
        },
    ]
}
