//! Google: the Gemini API.

use super::{LOW_TO_HIGH, anywhere, at_most, efforts, ignored, range, refused, rule};
use crate::quirks::{Group, Quirk};
use formaops_domain::{
    Parameter::{
        FrequencyPenalty, PresencePenalty, ReasoningBudget, ReasoningEffort, Stop, Temperature, TopK, TopP,
    },
    ParameterLimit,
    ProviderKind::Gemini,
};

const TRANSFORMATION: &str = "https://github.com/BerriAI/litellm/blob/v1.110.2/litellm/llms/vertex_ai/gemini/vertex_and_google_ai_studio_gemini.py";
const FACTS: &str = "https://github.com/BerriAI/litellm/blob/v1.110.2/model_prices_and_context_window.json";
const THINKING: &str = "https://hexdocs.pm/gemini_ex/0.11.0/Gemini.Validation.ThinkingConfig.html";

pub(super) fn groups() -> Vec<Group> {
    let of = |title, models, except, source, quirks: Vec<Quirk>| Group {
        title,
        places: vec![anywhere(Gemini)],
        models,
        except,
        source,
        quirks,
    };
    let budget = |min, max, zero| rule(ReasoningBudget, ParameterLimit::Range { min, max, zero });
    let no_effort = || refused(ReasoningEffort).note("Set `reasoningBudget`: the most tokens it thinks.");
    vec![
        of("Gemini", &[], &[], TRANSFORMATION, vec![at_most(Stop, 5)]),
        of(
            "Gemini 2.5 Pro",
            &["gemini-2.5-pro*"],
            &["*-tts*"],
            THINKING,
            vec![
                no_effort(),
                range(ReasoningBudget, 128.0, 32_768.0).note("It cannot be told not to think."),
            ],
        ),
        of(
            "Gemini 2.5 Flash",
            &["gemini-2.5-flash*"],
            &["*-lite*", "*-tts*", "*-image*"],
            THINKING,
            vec![no_effort(), budget(0.0, 24_576.0, false)],
        ),
        of(
            "Gemini 2.5 Flash-Lite",
            &["gemini-2.5-flash-lite*"],
            &[],
            THINKING,
            vec![no_effort(), budget(512.0, 24_576.0, true)],
        ),
        of(
            "Gemini 3 and later",
            &["gemini-3*", "gemini-4*"],
            &[],
            TRANSFORMATION,
            vec![
                refused(FrequencyPenalty),
                refused(PresencePenalty),
                rule(ReasoningEffort, ParameterLimit::NotWith { other: ReasoningBudget }),
                efforts(LOW_TO_HIGH),
            ],
        ),
        of(
            "Gemini 3 Flash, and 3.1 to 3.6 of its kind",
            &["gemini-3-flash*", "gemini-3.1-flash*", "gemini-3.5-flash*", "gemini-3.6-flash*"],
            &["*-image*"],
            THINKING,
            vec![efforts(&["minimal", "low", "medium", "high"])],
        ),
        of(
            "Gemini 4 Hydrogen",
            &["gemini-4-hydrogen*"],
            &[],
            FACTS,
            vec![efforts(&["low", "medium", "high", "xhigh"])],
        ),
        of(
            "Gemini models that choose how they sample",
            &["gemini-3.5-flash-lite*", "gemini-3.6-flash*", "gemini-3.7-flash*", "gemini-3.8-flash*"],
            &[],
            FACTS,
            [Temperature, TopP, TopK].map(ignored).to_vec(),
        ),
    ]
}
