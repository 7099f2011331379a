//! Ollama's own API.

use super::{anywhere, efforts, only, words};
use crate::quirks::{Group, Quirk};
use formaops_domain::{
    Parameter::{MaxTokens, ReasoningBudget, ToolChoice},
    ProviderKind::Ollama,
};

pub(super) fn groups() -> Vec<Group> {
    vec![Group {
        title: "Ollama",
        places: vec![anywhere(Ollama)],
        models: &[],
        except: &[],
        source: "https://pypi.org/project/ollama/0.6.3/",
        quirks: vec![
            Quirk::Field(MaxTokens, "num_predict"),
            words(ToolChoice, &["auto", "none"])
                .note("Ollama lets the model choose: say in the prompt when to call which tool."),
            efforts(&["none", "low", "medium", "high", "true", "false"]),
            only(ReasoningBudget, 0.0).note("Set `reasoningEffort`; 0 asks the model not to think."),
        ],
    }]
}
