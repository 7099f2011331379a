//! Money as the scheduler sees it: what is set aside for calls under way, and which budget has room for one more.
//!
//! No clock and no IO. What was spent is kept by scope and period for all that was ever paid for, not only where a
//! budget looks, so a budget that is made in the middle of a run knows at once what has gone out before.

use formaops_domain::{
    Budget, BudgetAlert, BudgetId, BudgetKind, BudgetScope, BudgetState, Day, ExecutionId, ModelRef, NanoUsd,
    Payer, Period, PromptId, RunId,
};
use std::collections::{BTreeMap, HashMap};

/// A call that is about to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ask {
    /// Who pays.
    pub payer: Payer,
    /// The most that it can cost; `None` where that is unknown.
    pub amount: Option<NanoUsd>,
    /// The day that it counts for.
    pub day: Day,
}

/// What becomes of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// It may be made: the amount is set aside.
    Granted,
    /// Calls under way may leave room for it, so it waits for them.
    Wait,
    /// It may not be made.
    Refused(Refusal),
}

/// Why a call may not be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refusal {
    /// What it would go past.
    pub cap: Cap,
    /// How much that is.
    pub most: NanoUsd,
    /// What has been spent of it.
    pub settled: NanoUsd,
    /// The most that the call can cost; `None` where that is unknown.
    pub amount: Option<NanoUsd>,
}

/// What stops calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cap {
    /// A hard budget.
    Budget(BudgetId),
    /// What its run may cost.
    Run,
}

/// What was spent before, by scope and period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spent {
    /// Who paid, but for the run.
    pub scopes: [BudgetScope; 4],
    /// The amounts in the order of [`Period::ALL`].
    pub amounts: [NanoUsd; 3],
}

/// The amounts of one scope in one period.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Sums {
    settled: NanoUsd,
    reserved: NanoUsd,
}

/// One period of one scope; `None` stands for the period that never ends.
type Purse = (BudgetScope, Period, Option<Day>);

#[derive(Debug)]
struct Known {
    budget: Budget,
    /// What had been spent in its scope when it was made.
    base: NanoUsd,
    /// The share that was told of, and the period in which that was.
    told: (u8, Option<Day>),
}

/// What a run in hand has spent and set aside.
#[derive(Debug, Default)]
struct RunPurse {
    sums: Sums,
    cap: Option<NanoUsd>,
    /// The run whose rules need it, which pays as well.
    needed_by: Option<RunId>,
}

#[derive(Debug)]
struct Held {
    payer: Payer,
    amount: NanoUsd,
    day: Day,
}

/// All budgets, what was spent, and what is set aside.
///
/// A reservation costs a step for each budget, and one for each scope in each period.
#[derive(Debug)]
pub struct Budgets {
    today: Day,
    budgets: BTreeMap<BudgetId, Known>,
    purses: HashMap<Purse, Sums>,
    runs: HashMap<RunId, RunPurse>,
    held: HashMap<ExecutionId, Held>,
    /// Those that wait for room, in the order in which they came.
    waiting: BTreeMap<u64, (ExecutionId, Ask)>,
    places: HashMap<ExecutionId, u64>,
    next: u64,
}

impl Default for Budgets {
    /// Without budgets, and with nothing spent.
    fn default() -> Self {
        Self::new(Day::default(), [])
    }
}

impl Budgets {
    /// Without budgets, on a day on which this was spent before.
    #[must_use]
    pub fn new(today: Day, spent: impl IntoIterator<Item = Spent>) -> Self {
        let mut purses: HashMap<Purse, Sums> = HashMap::new();
        for Spent { scopes, amounts } in spent {
            for scope in scopes {
                for (period, amount) in Period::ALL.into_iter().zip(amounts) {
                    let sums = purses.entry((scope.clone(), period, period.start(today))).or_default();
                    sums.settled = sums.settled + amount;
                }
            }
        }
        Self {
            today,
            budgets: BTreeMap::new(),
            purses,
            runs: HashMap::new(),
            held: HashMap::new(),
            waiting: BTreeMap::new(),
            places: HashMap::new(),
            next: 0,
        }
    }

    /// These budgets hold from now on, each with what had been spent in its scope when it was made. What is known of
    /// their use is not told again.
    pub fn set(&mut self, budgets: impl IntoIterator<Item = (Budget, NanoUsd)>) {
        let known = |(budget, base): (Budget, NanoUsd)| (budget.id, Known { budget, base, told: (0, None) });
        self.budgets = budgets.into_iter().map(known).collect();
        let today = self.today;
        for known in self.budgets.values_mut() {
            known.told =
                (share(known, settled(known, today, &self.purses)), known.budget.period.start(today));
        }
    }

    /// A run is in hand: it may cost this much in all, and has cost that much before. What one that was in hand before
    /// has cost is known better here. What it costs counts for the run that needs it, too.
    pub fn take_run(&mut self, run: RunId, cap: Option<NanoUsd>, spent: NanoUsd, needed_by: Option<RunId>) {
        let sums = Sums { settled: spent, ..Sums::default() };
        self.runs.entry(run).or_insert(RunPurse { sums, cap, needed_by }).cap = cap;
    }

    /// Nothing of a run is left.
    pub fn leave_run(&mut self, run: RunId) {
        self.runs.remove(&run);
    }

    /// Sets aside what a call can cost at most, in place of what was set aside for the execution before.
    pub fn reserve(&mut self, execution: ExecutionId, ask: &Ask) -> Answer {
        self.move_on(ask.day);
        self.release(execution);
        let answer = self.judge(ask);
        if answer == Answer::Granted {
            self.hold(execution, ask);
        }
        answer
    }

    /// An execution waits until there is room for it, or never will be.
    pub fn wait(&mut self, execution: ExecutionId, ask: Ask) {
        self.forget(execution);
        self.next += 1;
        self.places.insert(execution, self.next);
        self.waiting.insert(self.next, (execution, ask));
    }

    /// An execution waits no more.
    pub fn forget(&mut self, execution: ExecutionId) {
        if let Some(place) = self.places.remove(&execution) {
            self.waiting.remove(&place);
        }
    }

    /// Those that waited and need to no longer, in the order in which they came: each may ask again, for all of them
    /// there would be room together, or there will never be for it. Nothing is set aside until they ask.
    pub fn admit(&mut self) -> Vec<(ExecutionId, Answer)> {
        let mut admitted = Vec::new();
        let waiting = std::mem::take(&mut self.waiting);
        for (place, (execution, ask)) in waiting {
            let ask = Ask { day: self.today, ..ask };
            match self.judge(&ask) {
                Answer::Wait => drop(self.waiting.insert(place, (execution, ask))),
                answer => {
                    self.places.remove(&execution);
                    if answer == Answer::Granted {
                        self.hold(execution, &ask);
                    }
                    admitted.push((execution, answer));
                }
            }
        }
        for (execution, _) in &admitted {
            self.release(*execution);
        }
        admitted
    }

    /// A call has ended and cost this; where that is `None`, all that was set aside counts as spent. Answers the
    /// budgets that this used up, or nearly. A call for which nothing is set aside was settled before, or is free.
    pub fn settle(&mut self, execution: ExecutionId, actual: Option<NanoUsd>) -> Vec<BudgetAlert> {
        let Some(held) = self.held.remove(&execution) else { return Vec::new() };
        let actual = actual.unwrap_or(held.amount);
        self.change(&held, |sums| {
            sums.reserved = sums.reserved.without(held.amount);
            sums.settled = sums.settled + actual;
        });
        self.alerts(&held)
    }

    /// The call was not made: what was set aside for it is free again.
    pub fn release(&mut self, execution: ExecutionId) {
        self.settle(execution, Some(NanoUsd::ZERO));
    }

    /// Whether something could stop a call of this run, whoever it asks.
    #[must_use]
    pub fn may_stop(&self, run: RunId) -> bool {
        let is_capped = self.payers(run).any(|run| run.cap.is_some());
        is_capped || self.budgets.values().any(|known| known.budget.kind == BudgetKind::Hard)
    }

    /// All budgets as they stand on a day, oldest first.
    pub fn states(&mut self, today: Day) -> Vec<BudgetState> {
        self.move_on(today);
        let mut states: Vec<_> = self.budgets.values().map(|known| self.state(known, self.today)).collect();
        states.sort_by_key(|state| (state.budget.created_at, state.budget.id));
        states
    }

    /// A budget.
    #[must_use]
    pub fn get(&self, id: BudgetId) -> Option<&Budget> {
        self.budgets.get(&id).map(|known| &known.budget)
    }

    /// Another day begins, as the wall clock says: it can be an earlier one. What is of no use any more is forgotten; all
    /// of this month and the one before is kept, because the clock may have been wrong.
    fn move_on(&mut self, day: Day) {
        let (month, before) = (day.first_of_month(), self.today.first_of_month());
        self.today = day;
        if month == before {
            return;
        }
        self.purses.retain(|(_, _, start), sums| {
            let is_near = start.is_none_or(|start| [month, before].contains(&start.first_of_month()));
            is_near || sums.reserved > NanoUsd::ZERO
        });
    }

    fn judge(&self, ask: &Ask) -> Answer {
        // What is free is free, whatever has been spent.
        if ask.amount == Some(NanoUsd::ZERO) {
            return Answer::Granted;
        }
        let mut answer = Answer::Granted;
        for (cap, most, sums) in self.caps(ask) {
            let refused = Answer::Refused(Refusal { cap, most, settled: sums.settled, amount: ask.amount });
            let Some(amount) = ask.amount else { return refused };
            if sums.settled + amount > most {
                return refused;
            }
            if sums.settled + sums.reserved + amount > most {
                answer = Answer::Wait;
            }
        }
        answer
    }

    /// All that could stop a call, with how much it may be and is.
    fn caps<'a>(&'a self, ask: &'a Ask) -> impl Iterator<Item = (Cap, NanoUsd, Sums)> + 'a {
        let of_runs = self.payers(ask.payer.run).filter_map(|run| Some((Cap::Run, run.cap?, run.sums)));
        let hard = self.budgets.values().filter(|known| known.budget.kind == BudgetKind::Hard);
        let of_budgets = hard.filter(|known| pays(&known.budget.scope, &ask.payer)).map(|known| {
            let sums = self.sums(known, ask.day);
            (Cap::Budget(known.budget.id), known.budget.cap_usd, sums)
        });
        of_runs.chain(of_budgets)
    }

    /// A run, and the run whose rules need it.
    fn payers(&self, run: RunId) -> impl Iterator<Item = &RunPurse> {
        let own = self.runs.get(&run);
        let needing = own.and_then(|own| self.runs.get(&own.needed_by?));
        own.into_iter().chain(needing)
    }

    fn sums(&self, known: &Known, day: Day) -> Sums {
        let reserved = purse(&known.budget, day, &self.purses).reserved;
        Sums { settled: settled(known, day, &self.purses), reserved }
    }

    fn state(&self, known: &Known, day: Day) -> BudgetState {
        let Sums { settled, reserved } = self.sums(known, day);
        BudgetState { budget: known.budget.clone(), settled_usd: settled, reserved_usd: reserved }
    }

    fn hold(&mut self, execution: ExecutionId, ask: &Ask) {
        let amount = ask.amount.unwrap_or_default();
        let held = Held { payer: ask.payer.clone(), amount, day: ask.day };
        self.change(&held, |sums| sums.reserved = sums.reserved + amount);
        self.held.insert(execution, held);
    }

    /// Changes the sums of all that pay for a call.
    fn change(&mut self, held: &Held, change: impl Fn(&mut Sums)) {
        for scope in scopes(&held.payer) {
            for period in Period::ALL {
                change(self.purses.entry((scope.clone(), period, period.start(held.day))).or_default());
            }
        }
        let own = self.runs.get_mut(&held.payer.run);
        let needed_by = own.and_then(|own| {
            change(&mut own.sums);
            own.needed_by
        });
        if let Some(needing) = needed_by.and_then(|run| self.runs.get_mut(&run)) {
            change(&mut needing.sums);
        }
    }

    fn alerts(&mut self, held: &Held) -> Vec<BudgetAlert> {
        let mut alerts = Vec::new();
        for known in self.budgets.values_mut().filter(|known| pays(&known.budget.scope, &held.payer)) {
            let start = known.budget.period.start(held.day);
            let (told, told_in) = known.told;
            let told = if told_in == start { told } else { 0 };
            let share = share(known, settled(known, held.day, &self.purses));
            if share > told {
                known.told = (share, start);
                alerts.push((known.budget.id, share));
            }
        }
        let alert = |(id, percent)| {
            let state = self.state(self.budgets.get(&id)?, held.day);
            Some(BudgetAlert { state, percent })
        };
        alerts.into_iter().filter_map(alert).collect()
    }
}

/// What is there of a budget's scope and period.
fn purse(budget: &Budget, day: Day, purses: &HashMap<Purse, Sums>) -> Sums {
    let purse = (budget.scope.clone(), budget.period, budget.period.start(day));
    purses.get(&purse).copied().unwrap_or_default()
}

fn settled(known: &Known, day: Day, purses: &HashMap<Purse, Sums>) -> NanoUsd {
    let settled = purse(&known.budget, day, purses).settled;
    if known.budget.period == Period::Once { settled.without(known.base) } else { settled }
}

/// The share of a budget that is worth telling of: 0, 80 or 100.
fn share(known: &Known, settled: NanoUsd) -> u8 {
    let (settled, cap) = (u128::from(settled.as_nanos()), u128::from(known.budget.cap_usd.as_nanos()));
    match () {
        () if settled == 0 => 0,
        () if settled >= cap => 100,
        () if settled * 5 >= cap * 4 => 80,
        () => 0,
    }
}

/// Everything that a payer is part of.
fn scopes(payer: &Payer) -> [BudgetScope; 4] {
    [
        BudgetScope::Workspace,
        BudgetScope::Provider(payer.model.provider.clone()),
        BudgetScope::Model(payer.model.clone()),
        BudgetScope::Prompt(payer.prompt),
    ]
}

fn pays(scope: &BudgetScope, payer: &Payer) -> bool {
    match scope {
        BudgetScope::Workspace => true,
        BudgetScope::Provider(name) => *name == payer.model.provider,
        BudgetScope::Model(model) => *model == payer.model,
        BudgetScope::Prompt(prompt) => *prompt == payer.prompt,
    }
}

impl Spent {
    /// What was spent on a prompt with a model: ever, on the day, and in its month.
    #[must_use]
    pub fn on(prompt: PromptId, model: ModelRef, amounts: [NanoUsd; 3]) -> Self {
        let scopes = [
            BudgetScope::Workspace,
            BudgetScope::Provider(model.provider.clone()),
            BudgetScope::Model(model),
            BudgetScope::Prompt(prompt),
        ];
        Self { scopes, amounts }
    }
}
