//! Money alone: a hard budget never grants past its cap, whatever calls turn out to cost.

use formaops_domain::{
    Budget, BudgetKind, BudgetScope, Day, ExecutionId, NanoUsd, Payer, Period, RunId, Timestamp,
};
use formaops_engine::machine::{Answer, Ask, Budgets, Cap, Refusal, Spent};
use formaops_testkit::{budget_id, execution_id, prompt_id, run_id};
use proptest::prelude::*;
use std::collections::BTreeMap;

fn nanos(nanos: u64) -> NanoUsd {
    NanoUsd::from_nanos(nanos)
}

fn day(number: u64) -> Day {
    format!("2026-11-{number:02}").parse().unwrap()
}

fn budget(number: u64, scope: &str, period: Period, cap: u64) -> Budget {
    Budget {
        id: budget_id(number),
        scope: scope.parse().unwrap(),
        period,
        cap_usd: nanos(cap),
        kind: BudgetKind::Hard,
        created_at: Timestamp::from_micros(i64::try_from(number).unwrap()),
        updated_at: Timestamp::default(),
    }
}

fn payer(model: &str) -> Payer {
    Payer { run: run_id(1), prompt: prompt_id(1), model: model.parse().unwrap() }
}

fn ask(model: &str, amount: u64) -> Ask {
    Ask { payer: payer(model), amount: Some(nanos(amount)), day: day(10) }
}

/// A workspace in which 40 may be spent, and 10 was spent yesterday.
fn forty() -> Budgets {
    let spent = Spent::on(prompt_id(9), "a:x".parse().unwrap(), [nanos(10), nanos(0), nanos(10)]);
    let mut budgets = Budgets::new(day(10), [spent]);
    budgets.set([(budget(1, "workspace", Period::Day, 40), nanos(10))]);
    budgets
}

fn refused(answer: Answer) -> Option<Cap> {
    match answer {
        Answer::Refused(Refusal { cap, .. }) => Some(cap),
        Answer::Granted | Answer::Wait => None,
    }
}

#[test]
fn a_call_waits_while_others_may_leave_room_for_it_and_is_refused_when_none_can() {
    let mut budgets = forty();
    let [first, second, third] = [1, 2, 3].map(execution_id);
    assert_eq!(budgets.reserve(first, &ask("a:x", 20)), Answer::Granted);
    assert_eq!(budgets.reserve(second, &ask("a:x", 20)), Answer::Granted);
    assert_eq!(budgets.reserve(third, &ask("a:x", 20)), Answer::Wait);
    budgets.wait(third, ask("a:x", 20));

    budgets.settle(first, Some(nanos(15)));
    assert_eq!(budgets.admit(), []);
    budgets.settle(second, Some(nanos(5)));
    assert_eq!(budgets.admit(), [(third, Answer::Granted)]);
    let by = Cap::Budget(budget_id(1));
    assert_eq!(refused(budgets.reserve(execution_id(4), &ask("a:x", 21))), Some(by));
}

#[test]
fn what_a_run_costs_counts_for_the_cap_of_the_run_whose_rules_need_it() {
    let (needing, judge) = (run_id(1), run_id(2));
    let mut budgets = Budgets::default();
    budgets.take_run(needing, Some(nanos(30)), nanos(0), None);
    budgets.take_run(judge, None, nanos(0), Some(needing));
    let of_judge = |amount| {
        let payer = Payer { run: judge, ..payer("a:judge") };
        Ask { payer, amount: Some(nanos(amount)), day: day(10) }
    };
    assert!(budgets.may_stop(judge), "the cap of the run that needs it can stop a judge");
    assert_eq!(budgets.reserve(execution_id(1), &ask("a:x", 10)), Answer::Granted);
    assert_eq!(budgets.reserve(execution_id(2), &of_judge(20)), Answer::Granted);
    assert_eq!(budgets.reserve(execution_id(3), &ask("a:x", 5)), Answer::Wait);
    budgets.settle(execution_id(2), Some(nanos(20)));
    budgets.leave_run(judge);
    // What a judge cost stays spent when it is gone.
    assert_eq!(refused(budgets.reserve(execution_id(3), &ask("a:x", 11))), Some(Cap::Run));
    budgets.take_run(judge, None, nanos(0), Some(needing));
    assert_eq!(refused(budgets.reserve(execution_id(4), &of_judge(11))), Some(Cap::Run));
}

#[test]
fn what_waits_is_refused_once_what_is_spent_leaves_no_room() {
    let mut budgets = forty();
    let [first, second] = [1, 2].map(execution_id);
    budgets.reserve(first, &ask("a:x", 30));
    budgets.wait(second, ask("a:x", 20));
    budgets.settle(first, None);
    let Some((execution, answer)) = budgets.admit().pop() else { panic!("it still waits") };
    assert_eq!((execution, refused(answer)), (second, Some(Cap::Budget(budget_id(1)))));
}

#[test]
fn a_provider_that_reports_more_than_was_set_aside_is_believed_and_the_next_call_stops() {
    let mut budgets = forty();
    budgets.reserve(execution_id(1), &ask("a:x", 20));
    let alerts = budgets.settle(execution_id(1), Some(nanos(55)));
    assert_eq!(alerts.iter().map(|alert| alert.percent).collect::<Vec<_>>(), [100]);
    let state = budgets.states(day(10)).remove(0);
    assert_eq!((state.settled_usd, state.reserved_usd), (nanos(55), nanos(0)));
    assert!(refused(budgets.reserve(execution_id(2), &ask("a:x", 1))).is_some());
    assert_eq!(budgets.reserve(execution_id(3), &ask("dry-run:echo", 0)), Answer::Granted);
}

#[test]
fn an_unknown_price_is_refused_under_a_hard_cap_and_under_no_other() {
    let mut budgets = forty();
    let unknown = Ask { amount: None, ..ask("a:x", 0) };
    assert!(refused(budgets.reserve(execution_id(1), &unknown)).is_some());
    let soft = Budget { kind: BudgetKind::Soft, ..budget(1, "workspace", Period::Day, 40) };
    budgets.set([(soft, nanos(0))]);
    assert_eq!(budgets.reserve(execution_id(1), &unknown), Answer::Granted);
    budgets.take_run(run_id(1), Some(nanos(1_000)), nanos(0), None);
    assert_eq!(refused(budgets.reserve(execution_id(2), &unknown)), Some(Cap::Run));
}

#[test]
fn each_scope_looks_at_its_own_calls() {
    let mut budgets = Budgets::new(day(10), []);
    let prompt = BudgetScope::Prompt(prompt_id(2)).to_string();
    let scopes = ["provider:a", "model:b:x", &prompt];
    budgets.set((1..).zip(scopes).map(|(number, scope)| (budget(number, scope, Period::Once, 10), nanos(0))));
    assert!(refused(budgets.reserve(execution_id(1), &ask("a:x", 11))).is_some());
    assert!(refused(budgets.reserve(execution_id(1), &ask("b:x", 11))).is_some());
    assert_eq!(budgets.reserve(execution_id(1), &ask("b:y", 11)), Answer::Granted);
    let mut other = ask("b:y", 11);
    other.payer.prompt = prompt_id(2);
    assert_eq!(refused(budgets.reserve(execution_id(2), &other)), Some(Cap::Budget(budget_id(3))));
}

#[test]
fn a_day_and_a_month_begin_anew_and_once_goes_on() {
    let spent = Spent::on(prompt_id(1), "a:x".parse().unwrap(), [nanos(100), nanos(30), nanos(60)]);
    let mut budgets = Budgets::new(day(10), [spent]);
    let of = |number, period| (budget(number, "workspace", period, 100), nanos(40));
    budgets.set([of(1, Period::Once), of(2, Period::Day), of(3, Period::Month)]);
    let settled = |budgets: &mut Budgets, day: &str| -> Vec<u64> {
        let states = budgets.states(day.parse().unwrap());
        states.iter().map(|state| state.settled_usd.as_nanos()).collect()
    };
    assert_eq!(settled(&mut budgets, "2026-11-10"), [60, 30, 60]);
    // It is under way over midnight, and counts for the day on which it was sent.
    budgets.reserve(execution_id(1), &ask("a:x", 5));
    assert_eq!(settled(&mut budgets, "2026-11-11"), [60, 0, 60]);
    budgets.settle(execution_id(1), Some(nanos(4)));
    assert_eq!(settled(&mut budgets, "2026-11-11"), [64, 0, 64]);
    assert_eq!(settled(&mut budgets, "2026-12-01"), [64, 0, 0]);
}

#[test]
fn a_clock_that_is_set_past_midnight_and_back_forgets_nothing_of_the_day_and_the_month() {
    let on = |date: &str, amount| Ask { day: date.parse().unwrap(), ..ask("a:x", amount) };
    let mut budgets = Budgets::new("2026-11-30".parse().unwrap(), []);
    budgets.set([
        (budget(1, "workspace", Period::Day, 40), nanos(0)),
        (budget(2, "workspace", Period::Month, 60), nanos(0)),
    ]);
    let [first, second, third, fourth] = [1, 2, 3, 4].map(execution_id);
    assert_eq!(budgets.reserve(first, &on("2026-11-30", 30)), Answer::Granted);
    budgets.settle(first, None);

    // It is wrong for two days, and set right.
    for date in ["2026-12-01", "2026-12-02"] {
        assert_eq!(budgets.reserve(second, &on(date, 30)), Answer::Granted, "{date}");
    }
    assert!(refused(budgets.reserve(third, &on("2026-11-30", 31))).is_some(), "the month is known");
    budgets.release(second);
    budgets.states("2026-12-01".parse().unwrap());
    let settled = budgets.states("2026-11-30".parse().unwrap()).into_iter().map(|state| state.settled_usd);
    assert_eq!(settled.collect::<Vec<_>>(), [nanos(30), nanos(30)]);
    assert_eq!(refused(budgets.reserve(third, &on("2026-11-30", 11))), Some(Cap::Budget(budget_id(1))));

    // What waits does so for the day that it is, and does not come back to be told to wait again.
    assert_eq!(budgets.reserve(third, &on("2026-11-30", 10)), Answer::Granted);
    assert_eq!(budgets.reserve(fourth, &on("2026-11-30", 5)), Answer::Wait);
    budgets.wait(fourth, on("2026-11-30", 5));
    assert_eq!(budgets.admit(), []);
}

#[test]
fn a_budget_tells_at_eighty_and_at_a_hundred_percent_once_each() {
    let mut budgets = Budgets::new(day(10), []);
    let soft = Budget { kind: BudgetKind::Soft, ..budget(1, "workspace", Period::Day, 100) };
    budgets.set([(soft, nanos(0))]);
    let mut told = Vec::new();
    for (number, on) in (1..=21).map(|number| (number, if number <= 12 { 10 } else { 11 })) {
        let spent = Ask { day: day(on), ..ask("a:x", 10) };
        assert_eq!(budgets.reserve(execution_id(number), &spent), Answer::Granted);
        told.extend(
            budgets.settle(execution_id(number), None).into_iter().map(|alert| (number, alert.percent)),
        );
    }
    assert_eq!(told, [(8, 80), (10, 100), (20, 80)]);
}

#[test]
fn what_is_set_aside_is_seen_by_a_budget_that_is_made_afterwards() {
    let mut budgets = Budgets::new(day(10), []);
    budgets.reserve(execution_id(1), &ask("a:x", 30));
    budgets.set([(budget(1, "provider:a", Period::Once, 40), nanos(0))]);
    assert_eq!(budgets.reserve(execution_id(2), &ask("a:x", 20)), Answer::Wait);
    assert_eq!(budgets.reserve(execution_id(2), &ask("a:x", 10)), Answer::Granted);
}

#[derive(Debug, Clone, Copy)]
enum Step {
    Ask { execution: u64, model: usize, run: u64, amount: u64 },
    Settle { execution: u64, actual: Option<u64> },
    Release { execution: u64 },
    Cap { budget: usize, cap: u64 },
    Tomorrow,
}

const MODELS: [&str; 3] = ["a:x", "a:y", "b:x"];
const SCOPES: [(&str, Period); 4] = [
    ("workspace", Period::Month),
    ("provider:a", Period::Day),
    ("model:a:x", Period::Once),
    ("model:b:x", Period::Day),
];

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let execution = || 0u64..24;
    let step = prop_oneof![
        8 => (execution(), 0..MODELS.len(), 1u64..3, 0u64..60)
            .prop_map(|(execution, model, run, amount)| Step::Ask { execution, model, run, amount }),
        5 => (execution(), proptest::option::of(0u64..90))
            .prop_map(|(execution, actual)| Step::Settle { execution, actual }),
        1 => execution().prop_map(|execution| Step::Release { execution }),
        1 => (0..SCOPES.len(), 0u64..400).prop_map(|(budget, cap)| Step::Cap { budget, cap }),
        1 => Just(Step::Tomorrow),
    ];
    proptest::collection::vec(step, 1..120)
}

/// The budgets with a book beside them that is kept in the plainest way.
struct Book {
    budgets: Budgets,
    caps: [u64; SCOPES.len()],
    today: u64,
    held: BTreeMap<ExecutionId, (Payer, u64, u64)>,
    paid: Vec<(Payer, u64, u64)>,
}

const RUN_CAP: u64 = 150;

impl Book {
    fn new() -> Self {
        let mut book = Self {
            budgets: Budgets::new(day(1), []),
            caps: [200; SCOPES.len()],
            today: 1,
            held: BTreeMap::new(),
            paid: Vec::new(),
        };
        book.budgets.take_run(run_id(1), Some(nanos(RUN_CAP)), nanos(0), None);
        book.budgets.take_run(run_id(2), None, nanos(0), None);
        book.set();
        book
    }

    fn set(&mut self) {
        let budgets = (1..).zip(SCOPES).zip(self.caps);
        self.budgets.set(
            budgets.map(|((number, (scope, period)), cap)| (budget(number, scope, period, cap), nanos(0))),
        );
    }

    /// What is paid and set aside that a budget looks at.
    fn used(&self, (scope, period): (&str, Period), on: u64) -> u64 {
        let counts = |(payer, _, at): &&(Payer, u64, u64)| {
            let provider = format!("provider:{}", payer.model.provider);
            let model = format!("model:{}", payer.model);
            let is_for = ["workspace", &provider, &model].contains(&scope);
            is_for && (period != Period::Day || *at == on)
        };
        self.paid.iter().chain(self.held.values()).filter(counts).map(|(_, amount, _)| amount).sum()
    }

    fn used_by(&self, run: RunId) -> u64 {
        let of_run = |(payer, _, _): &&(Payer, u64, u64)| payer.run == run;
        self.paid.iter().chain(self.held.values()).filter(of_run).map(|(_, amount, _)| amount).sum()
    }

    fn granted(&mut self, execution: ExecutionId, ask: &Ask, on: u64) {
        let amount = ask.amount.unwrap().as_nanos();
        self.held.insert(execution, (ask.payer.clone(), amount, on));
        // What is free goes out also where nothing is left.
        if amount == 0 {
            return;
        }
        for (looks_at, cap) in SCOPES.into_iter().zip(self.caps) {
            let model = format!("model:{}", ask.payer.model);
            let provider = format!("provider:{}", ask.payer.model.provider);
            if ["workspace", &provider, &model].contains(&looks_at.0) {
                let used = self.used(looks_at, on);
                assert!(used <= cap, "{looks_at:?} has {used} of {cap} after a grant of {amount}");
            }
        }
        if ask.payer.run == run_id(1) {
            let used = self.used_by(run_id(1));
            assert!(used <= RUN_CAP, "the run has {used} of {RUN_CAP}");
        }
    }

    fn take(&mut self, step: Step, waits: &mut BTreeMap<ExecutionId, Ask>) {
        match step {
            Step::Ask { execution, model, run, amount } => {
                let execution = execution_id(execution);
                if self.held.contains_key(&execution) || waits.contains_key(&execution) {
                    return;
                }
                let payer = Payer { run: run_id(run), ..payer(MODELS[model]) };
                let ask = Ask { payer, amount: Some(nanos(amount)), day: day(self.today) };
                match self.budgets.reserve(execution, &ask) {
                    Answer::Granted => self.granted(execution, &ask, self.today),
                    Answer::Wait => {
                        assert!(!self.held.is_empty(), "it waits for nothing");
                        self.budgets.wait(execution, ask.clone());
                        waits.insert(execution, ask);
                    }
                    Answer::Refused(_) => {}
                }
            }
            Step::Settle { execution, actual } => {
                let execution = execution_id(execution);
                self.budgets.settle(execution, actual.map(nanos));
                if let Some((payer, amount, on)) = self.held.remove(&execution) {
                    self.paid.push((payer, actual.unwrap_or(amount), on));
                }
            }
            Step::Release { execution } => {
                self.budgets.release(execution_id(execution));
                self.held.remove(&execution_id(execution));
            }
            Step::Cap { budget, cap } => {
                self.caps[budget] = cap;
                self.set();
            }
            Step::Tomorrow => {
                self.today = (self.today + 1).min(28);
                self.budgets.states(day(self.today));
            }
        }
        for (execution, answer) in self.budgets.admit() {
            let ask = Ask { day: day(self.today), ..waits.remove(&execution).unwrap() };
            if answer == Answer::Granted {
                assert_eq!(self.budgets.reserve(execution, &ask), Answer::Granted);
                self.granted(execution, &ask, self.today);
            }
        }
    }
}

proptest! {
    #[test]
    fn no_grant_goes_past_a_hard_budget_and_nothing_waits_for_ever(steps in steps()) {
        let (mut book, mut waits) = (Book::new(), BTreeMap::new());
        for step in steps {
            book.take(step, &mut waits);
        }
        for (number, looks_at) in (0..).zip(SCOPES) {
            let state = book.budgets.states(day(book.today)).remove(number);
            let used = state.settled_usd + state.reserved_usd;
            prop_assert_eq!(used.as_nanos(), book.used(looks_at, book.today), "{:?}", looks_at);
        }
        for execution in 0..24 {
            book.take(Step::Settle { execution, actual: None }, &mut waits);
        }
        // Settling may let in what waited; that is settled in its turn.
        for execution in 0..24 {
            book.take(Step::Settle { execution, actual: None }, &mut waits);
        }
        prop_assert!(waits.is_empty(), "{waits:?}");
    }
}
