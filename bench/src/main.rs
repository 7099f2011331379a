//! Measurements of FormaOps, each against a peer or a limit in the same run. `README.md` beside this says
//! what each measures and how to read it.

mod aside;
mod chunk_delay;
mod cold_start;
mod datasets;
mod eval;
mod functions;
mod grid;
mod group_commit;
mod idle;
mod library;
mod linked_folder;
mod machine;
mod process;
mod prompt_list;
mod regrade;
mod report;
mod sample;
mod scheduler;
mod stamp;
mod throughput;
mod web_driver;
mod wires;
mod workbench;

use anyhow::ensure;
use clap::{Parser, ValueEnum};

/// The one of the programs that are measured.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Measures FormaOps against peers and limits.
#[derive(Parser)]
#[command(name = "formaops-bench")]
struct Arguments {
    /// What to measure, in this order; `queued-memory` always comes first
    #[arg(required = true, value_enum)]
    measurements: Vec<Measurement>,
}

#[derive(Clone, Copy, PartialEq, ValueEnum)]
enum Measurement {
    /// The delay that the core adds to each chunk of 32 streams
    ChunkDelay,
    /// Writes a second of the store, by how many write at once
    GroupCommit,
    /// From the start of the desktop app to an editable prompt, beside an empty window
    ColdStart,
    /// A configuration of 1,000 tests, run by `formaops eval -c` and by promptfoo
    Eval,
    /// `formaops prompt list`, from start to end
    PromptList,
    /// JavaScript functions called a second, in the sandbox and without it
    Functions,
    /// 10,000 prompts with 100,000 versions: the list, and a search at each keystroke
    Library,
    /// A run of 1,000,000 executions: pages, filters and orders of its grid, its figures, its comparison
    Grid,
    /// A file of 1,000,000 rows that becomes a dataset, and how long others wait meanwhile
    Datasets,
    /// What `formaops serve` costs while nothing happens
    Idle,
    /// A linked folder of 10,000 files: read, at rest, and edited
    LinkedFolder,
    /// 1,000 executions from the queue to their committed end
    Throughput,
    /// Decisions a second of the scheduler's state machine
    Decisions,
    /// The memory of each execution that waits
    QueuedMemory,
    /// The time to open a workspace in which 100,000 executions wait
    Recovery,
    /// From a free slot to the call of a critical execution, under full load
    PriorityLatency,
    /// 100,000 answers graded anew by a schema and a pattern
    Regrade,
    /// Bytes parsed a second in each wire format, silent streams, and the memory of 128 at once
    Wires,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let mut arguments = Arguments::parse();
    // Somebody who works on a measurement wants to see that it runs at all.
    let is_trial = std::env::var_os("FORMAOPS_BENCH_TRIAL").is_some();
    ensure!(
        is_trial || !cfg!(debug_assertions),
        "numbers of a debug build say nothing: build with `--release`"
    );
    // What others gave back would be used again, and not be seen as more memory.
    arguments.measurements.sort_by_key(|measurement| *measurement != Measurement::QueuedMemory);
    for measurement in arguments.measurements {
        match measurement {
            Measurement::ChunkDelay => chunk_delay::measure().await?,
            Measurement::GroupCommit => group_commit::measure().await?,
            Measurement::ColdStart => cold_start::measure().await?,
            Measurement::Eval => eval::measure().await?,
            Measurement::PromptList => prompt_list::measure().await?,
            Measurement::Functions => functions::measure().await?,
            Measurement::Library => library::measure().await?,
            Measurement::Grid => grid::measure().await?,
            Measurement::Datasets => datasets::measure().await?,
            Measurement::Idle => idle::measure().await?,
            Measurement::LinkedFolder => linked_folder::measure().await?,
            Measurement::Throughput => throughput::measure().await?,
            Measurement::Decisions => scheduler::decisions(),
            Measurement::QueuedMemory => scheduler::queued_memory()?,
            Measurement::Recovery => scheduler::recovery().await?,
            Measurement::PriorityLatency => scheduler::priority_latency().await?,
            Measurement::Regrade => regrade::measure().await?,
            Measurement::Wires => wires::measure().await?,
        }
    }
    Ok(())
}
