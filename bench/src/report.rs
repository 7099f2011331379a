//! What a measurement prints: a heading, one line on the machine, a table, and how to read it.
#![expect(clippy::print_stdout, reason = "printing is what a measurement is for")]

use crate::machine;
use std::time::Duration;

/// A table in Markdown, so that it can be kept as it is.
pub(crate) struct Report {
    name: &'static str,
    machine: String,
    rows: Vec<Vec<String>>,
    notes: Vec<String>,
}

impl Report {
    /// A report on what begins now.
    pub(crate) fn new(name: &'static str, columns: &[&str]) -> Self {
        let columns = columns.iter().copied().map(str::to_owned).collect();
        Self { name, machine: machine::describe(), rows: vec![columns], notes: Vec::new() }
    }

    pub(crate) fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.rows.push(cells.into_iter().collect());
    }

    pub(crate) fn note(&mut self, note: impl Into<String>) {
        self.notes.push(note.into());
    }

    pub(crate) fn print(&self) {
        println!("\n## {}\n\n{}, {} at the end\n", self.name, self.machine, machine::load());
        let columns = self.rows[0].len();
        let widths: Vec<usize> = (0..columns)
            .map(|at| self.rows.iter().map(|row| row[at].chars().count()).max().unwrap_or(0))
            .collect();
        for (number, row) in self.rows.iter().enumerate() {
            let cells: Vec<_> =
                row.iter().zip(&widths).map(|(cell, &width)| format!("{cell:<width$}")).collect();
            println!("| {} |", cells.join(" | "));
            if number == 0 {
                let rule: Vec<_> = widths.iter().map(|&width| "-".repeat(width)).collect();
                println!("| {} |", rule.join(" | "));
            }
        }
        for note in &self.notes {
            println!("\n{note}");
        }
    }
}

/// Milliseconds, finer where they are few.
pub(crate) fn millis(time: Duration) -> String {
    let millis = time.as_secs_f64() * 1e3;
    if millis < 10.0 { format!("{millis:.3} ms") } else { format!("{millis:.1} ms") }
}
