//! What an attempt amounts to: its tokens and its cost.

use crate::{money::message_tokens, recorder::Facts};
use formaops_domain::{
    AttemptStatus, CostBasis, Metrics, Price, Span, Usage,
    ports::{ModelMessage, TokenCounter, Wants},
};

/// What is known when an attempt has left the wire.
#[derive(Clone)]
pub(crate) struct Account {
    pub(crate) status: AttemptStatus,
    pub(crate) model: String,
    pub(crate) messages: Vec<ModelMessage>,
    /// The tokens of what was sent beside the messages, such as tools, by estimate.
    pub(crate) other_tokens: u64,
    /// Whether it was given up because it took too long.
    pub(crate) timed_out: bool,
    pub(crate) price: Option<Price>,
    pub(crate) output: String,
    pub(crate) reasoning: String,
    pub(crate) facts: Facts,
    pub(crate) latency: Span,
    /// What was wanted: only what a model says counts as its output.
    pub(crate) wants: Wants,
}

impl Account {
    /// The metrics without counting anything here.
    pub(crate) fn reported_metrics(&self) -> Metrics {
        let basis = if self.facts.usage.is_some() { CostBasis::Reported } else { CostBasis::Unknown };
        self.metrics_of(self.facts.usage, basis)
    }

    /// The metrics; what the provider did not report is counted here, which may take long.
    pub(crate) fn metrics(&self, counter: &dyn TokenCounter) -> Metrics {
        if self.needs_estimate() {
            self.metrics_of(Some(self.estimate(counter)), CostBasis::Estimated)
        } else {
            self.reported_metrics()
        }
    }

    /// A cancelled call was cut before its last count, and so was one that was given up: the provider may well have
    /// worked on it. One that failed before anything came is taken for unknown: most providers charge nothing for it.
    pub(crate) fn needs_estimate(&self) -> bool {
        let sent = self.facts.request_hash.is_some();
        let answered = self.facts.first_token.is_some();
        match self.status {
            AttemptStatus::Cancelled => sent,
            AttemptStatus::Succeeded => self.facts.usage.is_none(),
            _ => self.facts.usage.is_none() && (answered || sent && self.timed_out),
        }
    }

    fn estimate(&self, counter: &dyn TokenCounter) -> Usage {
        let count = |text: &str| counter.count(&self.model, text).tokens;
        let reported = self.facts.usage.unwrap_or_default();
        let input_tokens = match reported.input_tokens {
            0 => message_tokens(&self.messages, count) + self.other_tokens,
            tokens => tokens,
        };
        let reasoning_tokens = reported.reasoning_tokens.max(count(&self.reasoning));
        let calls: u64 = self.facts.tool_calls.iter().map(|call| count(&call.arguments)).sum();
        let said = match self.wants {
            Wants::Answer => reasoning_tokens + count(&self.output) + calls,
            Wants::Vectors => 0,
        };
        let output_tokens = reported.output_tokens.max(said);
        Usage { input_tokens, output_tokens, reasoning_tokens, ..reported }
    }

    fn metrics_of(&self, usage: Option<Usage>, basis: CostBasis) -> Metrics {
        let price = self.price.as_ref();
        Metrics {
            latency_ms: Some(self.latency),
            first_token_ms: self.facts.first_token,
            tokens_per_second: usage
                .zip(self.facts.first_token)
                .and_then(|(usage, first)| usage.tokens_per_second(first, self.latency)),
            token_usage: usage,
            cost_usd: usage.zip(price).map(|(usage, price)| price.cost(&usage)),
            basis,
            replayed: None,
        }
    }
}
