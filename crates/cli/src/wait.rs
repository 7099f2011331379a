//! Why a run gets no further for now, and what to do.

use formaops_api::{HealthLevel, LeftOff, Level, Trigger};
use formaops_domain::{Execution, Priority};

/// Why a run of this priority starts nothing at this level; `None` where it does.
pub(crate) fn at_level(health: &HealthLevel, priority: Priority) -> Option<String> {
    let held = match priority {
        Priority::Low => LeftOff::LowExecutions,
        Priority::Normal => LeftOff::NormalExecutions,
        Priority::High | Priority::Critical => LeftOff::Executions,
    };
    if !health.off.contains(&held) {
        return None;
    }
    let reasons: Vec<_> = health.reasons.iter().map(|&trigger| reason(trigger, health.level)).collect();
    let hint = match (health.level, health.reasons.contains(&Trigger::DiskLow)) {
        (Level::Emergency, _) => "Make room on its disk.",
        (_, true) => "Make room there, or run it with a higher priority.",
        (_, false) => "It goes on once that is over for a minute; a run of a higher priority does not wait.",
    };
    Some(format!("{}. {hint}", reasons.join(", and ")))
}

/// Why one of these gets no further, though it has not ended: the store does not take what became of it.
pub(crate) fn for_room<'a>(mut executions: impl Iterator<Item = &'a Execution>) -> Option<String> {
    let failure = executions
        .find_map(|execution| execution.failure.as_ref().filter(|_| !execution.status.is_terminal()))?;
    Some(format!("{}. {}", failure.message, failure.hint))
}

const fn reason(trigger: Trigger, level: Level) -> &'static str {
    match trigger {
        Trigger::Cpu => "the processors have more to do than they can",
        Trigger::Errors => "every provider in use fails more than one call in twenty",
        Trigger::Slow => "every provider in use takes more than ten seconds to its first token",
        Trigger::Outage => "every provider in use has failed three times one after the other",
        Trigger::SlowStore => "the workspace takes more than a quarter of a second for a commit",
        Trigger::StalledStore => "the workspace takes more than two seconds for a commit",
        Trigger::DiskLow => "less than 500 MB are left on the disk of the workspace",
        Trigger::NotWritable if matches!(level, Level::Emergency) => "the workspace cannot be written",
        Trigger::NotWritable => "the workspace could not be written until just now",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn health(level: Level, reason: Trigger, off: &[LeftOff]) -> HealthLevel {
        HealthLevel { level, reasons: vec![reason], off: off.to_vec() }
    }

    #[test]
    fn only_a_run_that_the_level_holds_back_is_told_to_wait_with_the_reason() {
        let low = health(Level::Degraded, Trigger::SlowStore, &[LeftOff::LowExecutions]);
        assert!(at_level(&low, Priority::Low).is_some_and(|why| why.contains("a quarter of a second")));
        assert_eq!(at_level(&low, Priority::Normal), None);
        let off = [LeftOff::LowExecutions, LeftOff::NormalExecutions];
        let full = health(Level::Critical, Trigger::DiskLow, &off);
        assert!(at_level(&full, Priority::Normal).is_some_and(|why| why.contains("a higher priority")));
        assert_eq!(at_level(&full, Priority::High), None);
        let off = [LeftOff::LowExecutions, LeftOff::NormalExecutions, LeftOff::Executions];
        let emergency = health(Level::Emergency, Trigger::NotWritable, &off);
        let why = "the workspace cannot be written. Make room on its disk.";
        assert_eq!(at_level(&emergency, Priority::Critical).as_deref(), Some(why));
    }
}
