//! The vendors that speak OpenAI's Chat Completions, each with an accent.
//!
//! A server that is not known here is taken to understand everything: it says so itself where it does not.

use super::{LOW_TO_HIGH, at, at_most, efforts, ignored, range, refused};
use crate::quirks::{Group, Quirk, ReasoningForm};
use formaops_domain::{
    Parameter::{
        FrequencyPenalty, MaxTokens, PresencePenalty, ReasoningBudget, ReasoningEffort, ReasoningSummary,
        Seed, Stop, Temperature, TopK,
    },
    ProviderKind::{OpenAiChat, OpenAiResponses},
    When,
};

const MISTRAL: &str = "https://api.mistral.ai:443";
const GROQ: &str = "https://api.groq.com:443";
const DEEPSEEK: &str = "https://api.deepseek.com:443";
const XAI: &str = "https://api.x.ai:443";
const OPENROUTER: &str = "https://openrouter.ai:443";

const FACTS: &str = "https://github.com/BerriAI/litellm/blob/v1.110.2/model_prices_and_context_window.json";
const MISTRAL_SDK: &str = "https://pypi.org/project/mistralai/3.7.0/";
const GROQ_SDK: &str = "https://pypi.org/project/groq/1.7.0/";
const DEEPSEEK_PAGE: &str = "https://api-docs.deepseek.com/guides/thinking_mode";
const XAI_TRANSFORMATION: &str =
    "https://github.com/BerriAI/litellm/blob/v1.110.2/litellm/llms/xai/chat/transformation.py";

pub(super) fn groups() -> Vec<Group> {
    [mistral(), groq(), deepseek(), xai(), openrouter()].concat()
}

/// A group of one vendor's models.
fn of(
    (title, origin): (&'static str, &'static str),
    models: &'static [&'static str],
    except: &'static [&'static str],
    source: &'static str,
    quirks: Vec<Quirk>,
) -> Group {
    Group { title, places: vec![at(OpenAiChat, origin)], models, except, source, quirks }
}

fn mistral() -> Vec<Group> {
    const THINKING: &[&str] = &[
        "mistral-large-4*",
        "mistral-medium*",
        "mistral-small*",
        "devstral*",
        "mistral-vibe*",
        "mistral-code-agent*",
        "magistral*",
        "*glm*",
        "deepseek*",
    ];
    vec![
        of(
            ("Mistral", MISTRAL),
            &[],
            &[],
            MISTRAL_SDK,
            vec![Quirk::Field(Seed, "random_seed"), Quirk::UsageUnasked, range(Temperature, 0.0, 1.5)],
        ),
        of(
            ("Mistral models that do not think", MISTRAL),
            &["*"],
            THINKING,
            FACTS,
            vec![refused(ReasoningEffort)],
        ),
        of(
            ("Mistral models that think or not", MISTRAL),
            &[
                "mistral-large-4*",
                "mistral-medium*",
                "mistral-small*",
                "devstral*",
                "mistral-vibe*",
                "mistral-code-agent*",
            ],
            &[],
            FACTS,
            vec![efforts(&["none", "high"])],
        ),
    ]
}

fn groq() -> Vec<Group> {
    vec![
        of(
            ("Groq", GROQ),
            &[],
            &[],
            GROQ_SDK,
            vec![
                Quirk::Field(MaxTokens, "max_completion_tokens"),
                refused(TopK).note("Groq samples by `temperature` and `topP` alone."),
                refused(FrequencyPenalty).note("No model at Groq takes penalties yet."),
                refused(PresencePenalty).note("No model at Groq takes penalties yet."),
                at_most(Stop, 4),
            ],
        ),
        of(("gpt-oss at Groq", GROQ), &["openai/gpt-oss*"], &[], GROQ_SDK, vec![efforts(LOW_TO_HIGH)]),
        of(("Qwen at Groq", GROQ), &["qwen/*"], &[], GROQ_SDK, vec![efforts(&["none", "default"])]),
        of(
            ("Qwen 3.8 at Groq", GROQ),
            &["qwen/qwen3.8*"],
            &[],
            GROQ_SDK,
            vec![efforts(&["none", "default", "low", "medium", "high"])],
        ),
    ]
}

fn deepseek() -> Vec<Group> {
    const OFF: &str = "DeepSeek's models think unless `reasoningEffort` is `none`.";
    vec![of(
        ("DeepSeek", DEEPSEEK),
        &[],
        &[],
        DEEPSEEK_PAGE,
        vec![
            Quirk::Reasoning(ReasoningForm::Switch),
            efforts(&["none", "minimal", "low", "medium", "high", "xhigh", "max", "ultra"]),
            ignored(Temperature).when(When::UnlessOff).note(OFF),
            ignored(FrequencyPenalty).when(When::UnlessOff).note(OFF),
            ignored(PresencePenalty).when(When::UnlessOff).note(OFF),
            refused(TopK).note("DeepSeek samples by `temperature` and `topP` alone."),
        ],
    )]
}

fn xai() -> Vec<Group> {
    const NOT_THINKING: &[&str] = &["*-non-reasoning*"];
    let of = |title, models, except, source, quirks| Group {
        title,
        places: vec![at(OpenAiChat, XAI), at(OpenAiResponses, XAI)],
        models,
        except,
        source,
        quirks,
    };
    vec![
        of("xAI", &[], &[], XAI_TRANSFORMATION, vec![refused(TopK)]),
        of(
            "Grok models that think",
            &["grok-4*", "grok-code*", "grok-build*"],
            NOT_THINKING,
            XAI_TRANSFORMATION,
            [Stop, FrequencyPenalty, PresencePenalty].map(refused).to_vec(),
        ),
        of(
            "Grok models whose effort cannot be set",
            &["grok-4.20*", "grok-code*", "*-non-reasoning*"],
            &["*-multi-agent*"],
            "https://github.com/vercel/ai/releases/tag/@ai-sdk%2Fxai@4.0.8",
            vec![refused(ReasoningEffort)],
        ),
        of(
            "Grok 4.3 and later",
            &["grok-4.3*", "grok-4.5*", "grok-4.6*", "grok-4.7*"],
            &[],
            "https://pypi.org/project/xai-sdk/1.21.0/",
            vec![efforts(&["none", "low", "medium", "high", "xhigh"])],
        ),
    ]
}

fn openrouter() -> Vec<Group> {
    vec![of(
        ("OpenRouter", OPENROUTER),
        &[],
        &[],
        "https://openrouter.ai/docs/client-sdks/typescript/models/chatrequestreasoningeffort",
        vec![
            Quirk::Takes(ReasoningBudget),
            Quirk::Takes(ReasoningSummary),
            Quirk::Reasoning(ReasoningForm::Object),
            efforts(&["none", "minimal", "low", "medium", "high", "xhigh", "max"]),
        ],
    )]
}
