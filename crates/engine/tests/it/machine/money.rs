//! Money and slots together: whatever happens in whatever order, the cap holds and every run ends.

use super::{execution, run};
use formaops_domain::{Budget, BudgetKind, Day, NanoUsd, Payer, Period, Timestamp};
use formaops_engine::{
    Limits, Settings,
    machine::{Answer, Ask, Effect, End, Event, Machine, Models, RunEnd, Sign, Terms},
};
use formaops_testkit::{budget_id, prompt_id};
use proptest::prelude::*;
use std::{collections::BTreeMap, num::NonZeroU32, time::Duration};

const CAP: u64 = 100;

fn nanos(nanos: u64) -> NanoUsd {
    NanoUsd::from_nanos(nanos)
}

fn budget(cap: u64) -> Event {
    let budget = Budget {
        id: budget_id(1),
        scope: "workspace".parse().unwrap(),
        period: Period::Month,
        cap_usd: nanos(cap),
        kind: BudgetKind::Hard,
        created_at: Timestamp::default(),
        updated_at: Timestamp::default(),
    };
    Event::BudgetsChanged { budgets: vec![(budget, NanoUsd::ZERO)] }
}

/// What an execution is doing, as the driver sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Job {
    /// Started, and has asked for nothing yet.
    Preparing,
    /// On the wire, with this set aside.
    Calling(u64),
    /// Told to wait: its job is about to end.
    Short,
    /// Told that it may not call: its end is about to be committed.
    Refused,
}

/// A driver that does one thing after the other, as a test says.
struct Driver {
    machine: Machine,
    jobs: BTreeMap<usize, Job>,
    /// Those that end without having been called, their end about to be committed.
    leaving: Vec<usize>,
    most: BTreeMap<usize, u64>,
    spent: u64,
    cap: u64,
    ended: Vec<RunEnd>,
}

impl Driver {
    fn new(slots: u32) -> Self {
        let limits = Limits {
            background: NonZeroU32::new(slots),
            provider: NonZeroU32::new(slots),
            ..Limits::default()
        };
        let machine = Machine::new(Settings { limits, ..Settings::default() });
        let (jobs, most) = (BTreeMap::new(), BTreeMap::new());
        let mut driver =
            Self { machine, jobs, leaving: Vec::new(), most, spent: 0, cap: CAP, ended: Vec::new() };
        driver.on(budget(CAP));
        driver
    }

    fn ask(&self, number: usize) -> Ask {
        let payer = Payer { run: run(number / 100), prompt: prompt_id(1), model: "a:x".parse().unwrap() };
        Ask { payer, amount: Some(nanos(self.most[&number])), day: Day::default() }
    }

    fn on(&mut self, event: Event) {
        for effect in self.machine.handle(Duration::ZERO, event) {
            let number = |id: &[u8; 16]| u128::from_be_bytes(*id) as usize;
            match effect {
                Effect::Start { execution, tries, .. } => {
                    assert_eq!(tries, 0, "what waited for money was not asked before");
                    let before = self.jobs.insert(number(execution.as_bytes()), Job::Preparing);
                    assert_eq!(before, None, "it is started while it is under way");
                }
                Effect::Answer { execution, answer } => {
                    let execution = number(execution.as_bytes());
                    let job = match answer {
                        Answer::Granted => Job::Calling(self.most[&execution]),
                        Answer::Wait => Job::Short,
                        Answer::Refused(_) => Job::Refused,
                    };
                    self.jobs.insert(execution, job);
                    self.check();
                }
                Effect::Refuse { execution, .. } | Effect::FinishQueued { execution, .. } => {
                    let execution = number(execution.as_bytes());
                    assert!(!self.jobs.contains_key(&execution), "it is under way");
                    self.leaving.push(execution);
                }
                Effect::CancelAttempt { .. } | Effect::Warn { .. } => {}
                Effect::FinishRun { end, .. } => self.ended.push(end),
            }
        }
    }

    fn check(&self) {
        let reserved = self.jobs.values().map(|job| if let Job::Calling(most) = job { *most } else { 0 });
        let used = self.spent + reserved.sum::<u64>();
        assert!(used <= self.cap, "{used} of {} are spent or set aside", self.cap);
    }

    /// The job of this place goes one step on.
    fn step(&mut self, place: usize, share: u64) {
        if let Some(&number) = self.leaving.get(place % (self.leaving.len() + 1)) {
            self.leaving.retain(|leaving| *leaving != number);
            self.on(Event::ExecutionEnded { execution: execution(number), end: End::Well });
            return;
        }
        let Some((&number, &job)) = self.jobs.iter().nth(place % self.jobs.len().max(1)) else { return };
        let ask = self.ask(number);
        let execution = execution(number);
        match job {
            Job::Preparing => self.on(Event::AskedForMoney { execution, ask }),
            Job::Short => {
                self.jobs.remove(&number);
                self.on(Event::WaitsForMoney { execution, ask });
            }
            Job::Calling(most) => {
                let cost = most * share / 100;
                self.spent += cost;
                self.jobs.remove(&number);
                self.on(Event::AttemptEnded { execution, sign: Sign::Nothing });
                self.on(Event::Paid { execution, cost: Some(nanos(cost)) });
                self.on(Event::ExecutionEnded { execution, end: End::Well });
            }
            Job::Refused => {
                self.jobs.remove(&number);
                self.on(Event::Paid { execution, cost: Some(NanoUsd::ZERO) });
                self.on(Event::ExecutionEnded { execution, end: End::Failed });
            }
        }
    }
}

#[derive(Debug, Clone)]
enum Step {
    Job { place: usize, share: u64 },
    Cancel(usize),
    Raise(u64),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        12 => (any::<usize>(), 0u64..=100).prop_map(|(place, share)| Step::Job { place, share }),
        1 => any::<usize>().prop_map(Step::Cancel),
        1 => (0u64..40).prop_map(Step::Raise),
    ]
}

proptest! {
    #[test]
    fn a_hard_cap_holds_and_no_run_is_left_waiting(
        slots in 1u32..6,
        runs in prop::collection::vec(prop::collection::vec(1u64..60, 1..8), 1..4),
        steps in prop::collection::vec(step(), 0..120),
    ) {
        let mut driver = Driver::new(slots);
        for (number, amounts) in (1..).zip(&runs) {
            let executions: Vec<_> = (100 * number..).zip(amounts).collect();
            driver.most.extend(executions.iter().map(|&(number, &most)| (number, most)));
            driver.on(Event::RunCapped { run: run(number), cap: None, spent: NanoUsd::ZERO, needed_by: None });
            let models: Models = ["a:x".parse().unwrap()].into();
            let executions = executions.iter().map(|&(number, _)| (execution(number), models.clone()));
            let executions = executions.collect();
            driver.on(Event::RunSubmitted { run: run(number), terms: Terms::default(), executions });
        }
        let numbers: Vec<_> = driver.most.keys().copied().collect();
        for step in steps {
            match step {
                Step::Job { place, share } => driver.step(place, share),
                Step::Cancel(place) => {
                    let execution = execution(numbers[place % numbers.len()]);
                    driver.on(Event::CancelExecution { execution });
                }
                Step::Raise(by) => {
                    driver.cap += by;
                    driver.on(budget(driver.cap));
                }
            }
        }
        // From here on every job goes on until none is left.
        for _ in 0..10 * numbers.len() {
            driver.step(0, 50);
        }
        prop_assert_eq!(driver.ended.len(), runs.len(), "{:?} {:?}", driver.jobs, driver.machine.load());
    }
}
