//! Anthropic: the Messages API, and the same models on Amazon Bedrock.

use super::{LOW_TO_HIGH, anywhere, efforts, only, range, refused, rule, words};
use crate::quirks::{Group, Place, Quirk, ReasoningForm};
use formaops_domain::{
    Parameter::{
        FrequencyPenalty, MaxTokens, PresencePenalty, ReasoningBudget, ReasoningEffort, ResponseFormat, Seed,
        Temperature, ToolChoice, TopK, TopP,
    },
    ParameterLimit,
    ProviderKind::{Anthropic, Bedrock},
    When,
};

const SDK: &str = "https://pypi.org/project/anthropic/2.14.0/";
const FACTS: &str = "https://github.com/BerriAI/litellm/blob/v1.110.2/model_prices_and_context_window.json";
const TRANSFORMATION: &str =
    "https://github.com/BerriAI/litellm/blob/v1.110.2/litellm/llms/anthropic/chat/transformation.py";

/// The longest answer that is asked for where the user sets none: the API wants a number, and every
/// model that is still served can answer with so many.
const MAX_TOKENS: u32 = 8192;
/// The least that a budget for thinking may be.
const LEAST_BUDGET: f64 = 1024.0;

/// The models that think as much as they find right, and choose how they sample.
const ADAPTIVE: &[&str] = &[
    "*claude-opus-4-7*",
    "*claude-opus-4-8*",
    "*claude-opus-5*",
    "*claude-sonnet-5*",
    "*claude-haiku-5*",
    "*claude-fable-*",
    "*claude-mythos-*",
];

fn everywhere() -> Vec<Place> {
    vec![anywhere(Anthropic), anywhere(Bedrock)]
}

pub(super) fn groups() -> Vec<Group> {
    let budget =
        |most: f64| rule(ReasoningBudget, ParameterLimit::Range { min: LEAST_BUDGET, max: most, zero: true });
    vec![
        wire(),
        Group {
            title: "Claude",
            places: everywhere(),
            models: &["*claude-*"],
            except: ADAPTIVE,
            source: TRANSFORMATION,
            quirks: vec![
                budget(f64::from(u32::MAX)),
                rule(ReasoningBudget, ParameterLimit::Below { other: MaxTokens })
                    .note("Thinking counts as part of the answer: raise `maxTokens`."),
                only(Temperature, 1.0).when(When::Thinking).note("Claude chooses it itself then."),
                range(TopP, 0.95, 1.0).when(When::Thinking),
                refused(TopK).when(When::Thinking),
                words(ToolChoice, &["auto", "none"]).when(When::Thinking),
                refused(ReasoningEffort).note("Set `reasoningBudget`: the most tokens it thinks."),
                Quirk::Reasoning(ReasoningForm::Budget),
            ],
        },
        Group {
            title: "Claude 4.1 to 4.6",
            places: everywhere(),
            models: &["*claude-opus-4-1*", "*claude-*-4-5*", "*claude-*-4-6*"],
            except: &[],
            source: TRANSFORMATION,
            quirks: vec![rule(Temperature, ParameterLimit::NotWith { other: TopP })],
        },
        Group {
            title: "Claude before 4.5",
            places: everywhere(),
            models: &["*claude-3*", "*claude-opus-4-2*", "*claude-sonnet-4-2*", "*claude-opus-4-1*"],
            except: &[],
            source: FACTS,
            quirks: vec![
                refused(ResponseFormat).note("Ask for JSON in the prompt, or give the model a tool."),
            ],
        },
        Group {
            title: "Claude Opus 4.5",
            places: everywhere(),
            models: &["*claude-opus-4-5*"],
            except: &[],
            source: FACTS,
            quirks: vec![Quirk::Takes(ReasoningEffort), efforts(LOW_TO_HIGH)],
        },
        Group {
            title: "Claude 4.6",
            places: everywhere(),
            models: &["*claude-opus-4-6*", "*claude-sonnet-4-6*"],
            except: &[],
            source: FACTS,
            quirks: vec![
                Quirk::Takes(ReasoningEffort),
                efforts(&["low", "medium", "high", "max"]),
                rule(ReasoningEffort, ParameterLimit::NotWith { other: ReasoningBudget }),
                Quirk::Reasoning(ReasoningForm::Adaptive),
            ],
        },
        adaptive(),
        Group {
            title: "Claude models that always think",
            places: everywhere(),
            models: &["*claude-opus-5-5*", "*claude-sonnet-5-5*", "*claude-fable-*", "*claude-mythos-*"],
            except: &[],
            source: FACTS,
            quirks: vec![refused(ReasoningBudget).note("It always thinks: set `reasoningEffort`.")],
        },
        Group {
            title: "Claude models that cannot be made to call a tool",
            places: everywhere(),
            models: &[
                "*claude-opus-5-5*",
                "*claude-sonnet-5-5*",
                "*claude-fable-5-1*",
                "*claude-mythos-5-1*",
            ],
            except: &[],
            source: FACTS,
            quirks: vec![
                words(ToolChoice, &["auto", "none"]).note("Say in the prompt when to call which tool."),
            ],
        },
    ]
}

/// What the wire format itself has and has not.
fn wire() -> Group {
    Group {
        title: "Messages",
        places: vec![anywhere(Anthropic)],
        models: &[],
        except: &[],
        source: SDK,
        quirks: vec![
            rule(MaxTokens, ParameterLimit::Required { default: MAX_TOKENS }),
            range(Temperature, 0.0, 1.0),
            refused(Seed).note("The Messages API has no seed."),
            refused(FrequencyPenalty).note("The Messages API has no penalties."),
            refused(PresencePenalty).note("The Messages API has no penalties."),
            words(ResponseFormat, &["schema"]).note("There is no JSON mode without a schema: give one."),
        ],
    }
}

fn adaptive() -> Group {
    const WHY: &str = "It chooses how it samples itself.";
    Group {
        title: "Claude 4.7 and later",
        places: everywhere(),
        models: ADAPTIVE,
        except: &[],
        source: FACTS,
        quirks: vec![
            refused(Temperature).note(WHY),
            refused(TopP).note(WHY),
            refused(TopK).note(WHY),
            efforts(&["low", "medium", "high", "xhigh", "max"]),
            only(ReasoningBudget, 0.0).note("Set `reasoningEffort`; 0 asks it not to think."),
            Quirk::Reasoning(ReasoningForm::Adaptive),
        ],
    }
}
