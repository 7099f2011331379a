//! Where the scheduler meets money: who may call, who waits for room in a budget, and who comes back.

use super::{Answer, Ask, Budgets, CellState, Effect, Machine, Sign};
use formaops_domain::{Budget, BudgetId, BudgetState, Day, ExecutionId, NanoUsd, RunId};

impl Machine {
    /// The same with what was spent before, and budgets.
    #[must_use]
    pub fn with_budgets(self, budgets: Budgets) -> Self {
        Self { budgets, ..self }
    }

    /// All budgets as they stand on a day, oldest first.
    pub fn budgets(&mut self, today: Day) -> Vec<BudgetState> {
        self.budgets.states(today)
    }

    /// A budget.
    #[must_use]
    pub fn budget(&self, id: BudgetId) -> Option<&Budget> {
        self.budgets.get(id)
    }

    /// Whether some cap could stop calls of a run, so that it matters what they cost at most.
    #[must_use]
    pub fn may_stop(&self, run: RunId) -> bool {
        self.budgets.may_stop(run)
    }

    pub(super) fn ask(&mut self, execution: ExecutionId, ask: &Ask, effects: &mut Vec<Effect>) {
        let cell = self.executions.get(&execution);
        if let Some(CellState::Running(..) | CellState::Cancelling(..)) = cell.map(|cell| &cell.state) {
            let answer = self.budgets.reserve(execution, ask);
            effects.push(Effect::Answer { execution, answer });
        }
    }

    /// The execution gives up its slot until there is room for it.
    pub(super) fn wait_for_money(&mut self, execution: ExecutionId, ask: Ask, effects: &mut Vec<Effect>) {
        self.release_slot(execution, Sign::Nothing, effects);
        let Some(cell) = self.executions.get_mut(&execution) else { return };
        if !matches!(cell.state, CellState::Settling) {
            return;
        }
        self.settling -= 1;
        // It was not asked after all.
        cell.tries = cell.tries.saturating_sub(1);
        cell.state = CellState::Short;
        if cell.cancelled {
            self.cancel(execution, effects);
        } else {
            self.budgets.wait(execution, ask);
            // What it waits for may have ended since it was told to wait.
            self.admit(effects);
        }
    }

    pub(super) fn settle(
        &mut self,
        execution: ExecutionId,
        cost: Option<NanoUsd>,
        effects: &mut Vec<Effect>,
    ) {
        for alert in self.budgets.settle(execution, cost) {
            effects.push(Effect::Warn { budget: alert.state.budget.id, percent: alert.percent });
        }
        self.admit(effects);
    }

    pub(super) fn change_budgets(&mut self, budgets: Vec<(Budget, NanoUsd)>, effects: &mut Vec<Effect>) {
        self.budgets.set(budgets);
        self.admit(effects);
    }

    pub(super) fn cap_run(
        &mut self,
        run: RunId,
        cap: Option<NanoUsd>,
        spent: NanoUsd,
        needed_by: Option<RunId>,
        effects: &mut Vec<Effect>,
    ) {
        self.budgets.take_run(run, cap, spent, needed_by);
        self.admit(effects);
    }

    /// Those that there is room for go back into the queue; those that there never will be for, end.
    fn admit(&mut self, effects: &mut Vec<Effect>) {
        for (execution, answer) in self.budgets.admit() {
            let Answer::Refused(refusal) = answer else {
                if let Some(run) = self.run_of(execution) {
                    self.enqueue(run, &[execution], effects);
                }
                continue;
            };
            if let Some(cell) = self.executions.get_mut(&execution) {
                cell.state = CellState::Leaving;
                effects.push(Effect::Refuse { run: cell.run, execution, refusal });
            }
        }
    }
}
