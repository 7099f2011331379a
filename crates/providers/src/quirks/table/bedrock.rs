//! Amazon Bedrock: Converse.

use super::{LOW_TO_HIGH, anywhere, at_most, efforts, range, refused, words};
use crate::quirks::{Group, Quirk, ReasoningForm};
use formaops_domain::{
    Parameter::{
        FrequencyPenalty, PresencePenalty, ReasoningBudget, ReasoningEffort, ReasoningSummary,
        ResponseFormat, Seed, Stop, Temperature, ToolChoice, TopK, TopP,
    },
    ProviderKind::Bedrock,
};

const SDK: &str = "https://pypi.org/project/botocore/1.44.8/";
const CONVERSE: &str =
    "https://github.com/BerriAI/litellm/blob/v1.110.2/litellm/llms/bedrock/chat/converse_transformation.py";
const COMMON: &str = "https://github.com/BerriAI/litellm/blob/v1.110.2/litellm/llms/bedrock/common_utils.py";

pub(super) fn groups() -> Vec<Group> {
    let of = |title, models, except, source, quirks: Vec<Quirk>| Group {
        title,
        places: vec![anywhere(Bedrock)],
        models,
        except,
        source,
        quirks,
    };
    const NO_FIELD: &str = "Converse has no field for it.";
    vec![
        of(
            "Converse",
            &[],
            &[],
            SDK,
            vec![
                range(Temperature, 0.0, 1.0),
                refused(Seed).note(NO_FIELD),
                refused(FrequencyPenalty).note(NO_FIELD),
                refused(PresencePenalty).note(NO_FIELD),
                at_most(Stop, 2500),
                words(ResponseFormat, &["schema"]).note("There is no JSON mode without a schema: give one."),
                words(ToolChoice, &["auto", "required", "tool"])
                    .note("Converse cannot forbid tools: leave them out instead."),
            ],
        ),
        of(
            "Converse with other models than Claude",
            &["*"],
            &["anthropic.*"],
            CONVERSE,
            vec![
                refused(ReasoningBudget).note("Only Claude takes a budget here."),
                refused(ReasoningSummary).note("Models that show what they thought do so unasked here."),
            ],
        ),
        of(
            "Converse with other models than Claude and Nova",
            &["*"],
            &["anthropic.*", "amazon.nova*"],
            CONVERSE,
            vec![refused(TopK).note(NO_FIELD)],
        ),
        of(
            "Converse with models whose effort cannot be set",
            &["*"],
            &["anthropic.*", "amazon.nova-2*", "openai.*"],
            CONVERSE,
            vec![refused(ReasoningEffort)],
        ),
        of(
            "Nova 2",
            &["amazon.nova-2*"],
            &[],
            CONVERSE,
            vec![efforts(LOW_TO_HIGH), Quirk::Reasoning(ReasoningForm::ReasoningConfig)],
        ),
        of("gpt-oss on Bedrock", &["openai.gpt-oss*"], &[], CONVERSE, vec![efforts(LOW_TO_HIGH)]),
        of(
            "GPT and Grok on Bedrock",
            &["openai.gpt-5*", "openai.gpt-6*", "xai.grok*"],
            &[],
            COMMON,
            vec![refused(Stop)],
        ),
        of(
            "GPT on Bedrock",
            &["openai.gpt-5*", "openai.gpt-6*"],
            &[],
            CONVERSE,
            vec![refused(Temperature), refused(TopP)],
        ),
    ]
}
