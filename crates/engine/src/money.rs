//! What a call can cost at most, and what is said where it may not be made.

use crate::machine::{Cap, Refusal};
use formaops_domain::{
    Budget, BudgetScope, ErrorClass, Failure, MESSAGE_TOKENS, ModelRef, NanoUsd, Period, Price,
    ports::{MessagePart, ModelMessage, ModelRequest, TokenCounter, Wants},
};

/// What is known of a call before it is made.
pub(crate) struct Estimate<'a> {
    pub(crate) request: &'a ModelRequest,
    pub(crate) price: Option<&'a Price>,
    /// The most tokens that the model answers with.
    pub(crate) longest: Option<u64>,
}

impl Estimate<'_> {
    /// The most that it can cost; `None` where the price or the longest answer is unknown. Text is counted with
    /// `counter`, and without one taken for a token in four bytes.
    pub(crate) fn worst(&self, counter: Option<&dyn TokenCounter>) -> Option<NanoUsd> {
        let price = self.price?;
        if price.is_free() {
            return Some(NanoUsd::ZERO);
        }
        let longest = match self.request.wants {
            Wants::Answer => self.request.parameters.asked_output_tokens().or(self.longest)?,
            Wants::Vectors => 0,
        };
        let input = message_tokens(&self.request.messages, |text| match counter {
            Some(counter) => counter.count(&self.request.model, text).tokens,
            None => (text.len() as u64).div_ceil(4),
        });
        let borders = MESSAGE_TOKENS * self.request.messages.len() as u64;
        Some(price.worst_case(input + borders + self.request.parameters.estimated_tokens(), longest))
    }
}

/// The tokens of messages by estimate, with what is attached to them.
pub(crate) fn message_tokens(messages: &[ModelMessage], count: impl Fn(&str) -> u64) -> u64 {
    let of_message = |message: &ModelMessage| {
        let media = message.parts.iter().map(|part| match part {
            MessagePart::Media(media) => media.estimated_tokens(),
            MessagePart::Text(_) | MessagePart::ToolCall(_) | MessagePart::ToolResult(_) => 0,
        });
        count(&message.all_text()) + media.sum::<u64>()
    };
    messages.iter().map(of_message).sum()
}

/// Why a call is not made, in words. `unknown` says whose cost it is that is not known, and whether its price is.
pub(crate) fn refused(
    refusal: &Refusal,
    budget: Option<&Budget>,
    unknown: Option<(&ModelRef, bool)>,
) -> Failure {
    let of = match (refusal.cap, budget) {
        (Cap::Budget(_), Some(budget)) => words(budget),
        (Cap::Run, _) | (Cap::Budget(_), None) => format!("the run's cap of ${}", refusal.most),
    };
    let is_run = refusal.cap == Cap::Run;
    if let Some((model, has_price)) = unknown.filter(|_| refusal.amount.is_none()) {
        return if has_price {
            Failure::new(
                ErrorClass::PriceUnknown,
                format!("nobody knows how long an answer of `{model}` can be, and {of} may not be passed"),
                "Set `maxTokens`, or say the longest answer of the model, then retry it.",
            )
        } else {
            Failure::new(
                ErrorClass::PriceUnknown,
                format!("nobody knows what `{model}` costs, and {of} may not be passed"),
                "Say the price of the model, then run it again.",
            )
        };
    }
    let (amount, left) = (refusal.amount.unwrap_or_default(), refusal.most.without(refusal.settled));
    Failure::new(
        ErrorClass::OverBudget,
        format!("this call could cost ${amount}, and of {of} only ${left} is left, so it was not made"),
        if is_run {
            "Raise the cap of the run, then retry what failed."
        } else {
            "Raise the budget, then retry what failed."
        },
    )
}

fn words(budget: &Budget) -> String {
    let scope = match &budget.scope {
        BudgetScope::Workspace => "everything".to_owned(),
        BudgetScope::Provider(name) => format!("`{name}`"),
        BudgetScope::Model(model) => format!("`{model}`"),
        BudgetScope::Prompt(_) => "this prompt".to_owned(),
    };
    let period = match budget.period {
        Period::Once => "",
        Period::Day => " today",
        Period::Month => " this month",
    };
    format!("the budget of ${} for {scope}{period}", budget.cap_usd)
}
