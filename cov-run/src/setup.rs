//! What a run is to do.

use std::collections::BTreeMap;
use std::env;
use std::io::Write;
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::process;
use std::time::{SystemTime, UNIX_EPOCH};

use crate::cli::{Args, Fork};
use crate::plugin::Plugin;
use crate::protocol::Assignment;
use crate::refusal::Refusal;
use crate::selection::Selection;
use crate::shard::Shard;
use crate::terminal::{Forgiving, Terminal};
use crate::timings::{Known, Timings};
use crate::workers::Workers;
use crate::{python, terminal, workers};

/// What a run is to do.
#[derive(Debug)]
pub struct Setup {
    /// The project's Python.
    pub python: PathBuf,
    /// The plugin.
    pub plugin: Plugin,
    /// What every worker is told; slot and fragment are filled in.
    pub assignment: Assignment,
    /// The directory for what workers say.
    pub events: String,
    /// The directory of the fragments.
    pub fragments: String,
    /// `-n` of cov-run.
    pub workers: Option<Workers>,
    /// When to fork workers.
    pub fork: Fork,
    /// Processors at hand.
    pub processors: u32,
    /// The shard.
    pub shard: Shard,
    /// Which tests are to run.
    pub selection: Selection,
    /// How often a test that failed is tried again.
    pub retries: u32,
    /// How many tests of a group may run at a time, 1 where nothing is said.
    pub groups: BTreeMap<String, NonZeroU32>,
    /// Timings that all shards share.
    pub split: Timings,
    /// Timings that this machine knows.
    pub order: Timings,
}

/// Where a run may write.
#[derive(Clone, Debug)]
pub struct Place {
    /// A directory for what is not to stay.
    pub temporary: PathBuf,
    /// The directory of the fragments.
    pub fragments: PathBuf,
}

impl Setup {
    /// The terminal as it was chosen, on this sink.
    pub fn terminal<W: Write>(&self, sink: W) -> Terminal<Forgiving<W>> {
        let Assignment { colour, terminal, width, .. } = &self.assignment;
        Terminal::new(Forgiving::new(sink), colour.unwrap_or(*terminal), usize::from(*width))
    }
}

/// What this command line asks for: all tests, and groups of one, unless the caller knows better.
pub fn setup(args: &Args, shard: Shard, known: Known, place: &Place) -> anyhow::Result<Setup> {
    Ok(Setup {
        python: python::interpreter(args.python.as_deref(), &env::current_dir()?),
        plugin: Plugin::write(&place.temporary)?,
        assignment: assignment(args, place)?,
        events: text_of(&place.temporary)?,
        fragments: text_of(&place.fragments)?,
        workers: args.workers,
        fork: args.fork,
        processors: workers::processors(),
        shard,
        selection: Selection::All,
        retries: args.retries,
        groups: BTreeMap::new(),
        split: known.shared,
        order: known.own,
    })
}

/// What every worker is told.
fn assignment(args: &Args, place: &Place) -> anyhow::Result<Assignment> {
    let mut pytest_args = vec!["-v".to_owned(); usize::from(args.verbose)];
    pytest_args.extend(vec!["-q".to_owned(); usize::from(args.quiet)]);
    for arg in args.pytest_args.iter().chain(&args.paths) {
        pytest_args.push(text_of(Path::new(arg))?);
    }
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Ok(Assignment {
        args: pytest_args,
        slot: 0,
        count: 1,
        uid: format!("{:032x}", now.as_nanos() ^ (u128::from(process::id()) << 96)),
        seed: now.subsec_nanos(),
        candidate: false,
        basetemp: text_of(&place.temporary.join("tests"))?,
        events: String::new(),
        fragment: String::new(),
        no_cov: args.no_cov,
        process_start: env::var("COVERAGE_PROCESS_START").ok(),
        core: args.core,
        collect: args.collect,
        retries: args.retries,
        timeout: args.timeout,
        branch: args.branch,
        contexts: args.contexts,
        source: args.source.clone(),
        reporter: args.reporter,
        colour: terminal::chosen_colour(args.color),
        terminal: terminal::is_coloured_by_default(),
        width: terminal::width(),
    })
}

/// A path as text, for JSON has no room for what is not Unicode.
fn text_of(path: &Path) -> anyhow::Result<String> {
    let text = path.to_str().map(str::to_owned);
    text.ok_or_else(|| Refusal::usage(format!("{}: not UTF-8", path.display())))
}
