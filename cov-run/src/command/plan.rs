//! What is to be run: the command, its shards and their tests.

use std::ffi::OsString;
use std::process::Command;
use std::time::Duration;

use super::coveragerc;
use super::environment;
use super::list;
use super::place::Place;
use super::placeholder::{Values, Word};
use super::preset::{self, Preset};
use super::split::split;
use crate::cli::{Args, Core, Fork};
use crate::protocol::TestFile;
use crate::refusal::Refusal;
use crate::shard::Shard;
use crate::timings::{Known, Timings};
use crate::workers;

/// What is to be run.
#[derive(Debug)]
pub(super) struct Plan {
    /// The command's words as they were written.
    pub(super) command: Vec<String>,
    words: Vec<Word>,
    is_for_shell: bool,
    /// Variables, and their values.
    environment: Vec<(&'static str, Word)>,
    /// Whether a preset has it measured.
    pub(super) is_measured: bool,
    /// The configuration of coverage.py, where that measures.
    coveragerc: Option<String>,
    /// How many shards there are, of all machines.
    pub(super) total: u32,
    /// Those that run here, with their tests.
    pub(super) shards: Vec<Part>,
    /// All tests, in the order of the list; nothing where there is no list.
    pub(super) tests: Option<Vec<String>>,
    /// How many shards run at a time.
    pub(super) at_once: usize,
    /// How long a shard may take.
    pub(super) limit: Option<Duration>,
    /// How often a shard that failed runs again.
    pub(super) retries: u32,
}

/// A shard that runs here.
#[derive(Clone, Debug)]
pub(super) struct Part {
    /// Its number, from 1.
    pub(super) number: u32,
    /// Its tests, where there is a list.
    pub(super) tests: Vec<String>,
}

impl Plan {
    /// What the command line says.
    pub(super) fn new(args: &Args, shard: Shard, known: &Known) -> anyhow::Result<Self> {
        refuse_others(args, shard)?;
        let options = &args.command;
        let preset = options.preset.as_deref().map(Preset::named).transpose()?;
        let command = command_of(args, preset)?;
        let read = |text: &String| Word::parse(text, options.shell).map_err(Refusal::usage);
        let words = command.iter().map(read).collect::<Result<Vec<_>, _>>()?;
        let tests = list::read(options)?;
        if tests.is_none() && words.iter().any(Word::needs_tests) {
            return Err(Refusal::usage("there is no list of tests for {tests}: give --tests or --list-cmd"));
        }
        let at_once = workers::at_first(args.workers, workers::processors());
        let (total, numbers) = if shard.is_all() {
            let total = options.shards.map_or(at_once, std::num::NonZeroU32::get);
            (total, (1..=total).collect::<Vec<_>>())
        } else {
            (shard.total(), vec![shard.number()])
        };
        let timings = if shard.is_all() { &known.own } else { &known.shared };
        let mut parts = split(tests.as_deref().unwrap_or_default(), |test| cost(timings, test), total);
        let shards = numbers
            .into_iter()
            .map(|number| Part { number, tests: std::mem::take(&mut parts[number as usize - 1]) });
        let environment = preset.map_or(&[][..], |preset| preset.environment).iter();
        Ok(Self {
            shards: shards.collect(),
            environment: environment
                .map(|&(name, value)| Ok((name, Word::parse(value, false).map_err(Refusal::internal)?)))
                .collect::<anyhow::Result<_>>()?,
            is_measured: preset.is_some(),
            coveragerc: match preset {
                Some(preset) if preset.name() == preset::PYTHON => Some(coveragerc::text(args)?),
                _ => None,
            },
            command,
            words,
            is_for_shell: options.shell,
            total,
            tests,
            at_once: at_once as usize,
            limit: args.timeout.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok()),
            retries: args.retries,
        })
    }

    /// Whether a word of the command tells it which part is its own.
    pub(super) fn names_the_shard(&self) -> bool {
        self.words.iter().any(Word::names_the_shard)
    }

    /// The command of a shard.
    pub(super) fn command_of(&self, part: &Part, place: &Place) -> Command {
        let values = Values {
            shard: part.number,
            total: self.total,
            out: &place.out,
            tmp: &place.tmp,
            junit: &place.junit,
            tests: &part.tests,
            tests_file: &place.tests,
        };
        let words = if self.is_for_shell {
            let text: Vec<_> = self.words.iter().map(|word| word.fill_for_shell(&values)).collect();
            vec!["sh".to_owned(), "-c".to_owned(), text.join(" ")]
        } else {
            self.words.iter().flat_map(|word| word.fill(&values)).collect()
        };
        let (program, arguments) =
            words.split_first().expect("a command has a word, and tests for each shard");
        let mut command = Command::new(program);
        command.args(arguments);
        for (name, value) in &self.environment {
            command.env(name, preset::with_environment(&value.fill(&values).concat()));
        }
        if self.coveragerc.is_some() {
            // What measures cov-run itself would win over what is set here.
            command.env_remove("COVERAGE_PROCESS_CONFIG");
        }
        let is_split = self.words.iter().any(Word::splits);
        environment::tell(&mut command, &values, &place.status, is_split);
        command
    }

    /// Writes the files that the command of a shard is given.
    pub(super) fn write_files(&self, part: &Part, place: &Place) -> std::io::Result<()> {
        if self.tests.is_some() {
            std::fs::write(&place.tests, part.tests.join("\n") + "\n")?;
        }
        match &self.coveragerc {
            Some(text) => std::fs::write(place.tmp.join(coveragerc::NAME), text),
            None => Ok(()),
        }
    }

    /// Whether a shard has something to run: one that got no test of a list has not.
    pub(super) fn has_work(&self, part: &Part) -> bool {
        self.tests.is_none() || !part.tests.is_empty()
    }
}

/// The words of the command.
fn command_of(args: &Args, preset: Option<&Preset>) -> anyhow::Result<Vec<String>> {
    if args.pytest_args.is_empty() {
        let (preset, usage) = preset.map_or_else(
            || (String::new(), "-- ./test --shard={shard}/{total}"),
            |preset| (format!("--preset {} ", preset.name()), preset.usage),
        );
        return Err(Refusal::usage(format!(
            "give a command behind --, as in: cov-run --cmd {preset}{usage}"
        )));
    }
    let text = |word: &OsString| {
        let text = word.to_str().map(str::to_owned);
        text.ok_or_else(|| Refusal::usage(format!("{}: not UTF-8", word.display())))
    };
    args.pytest_args.iter().map(text).collect()
}

/// Refuses what is for pytest, or for one of two.
fn refuse_others(args: &Args, shard: Shard) -> anyhow::Result<()> {
    if let Some(path) = args.paths.first() {
        return Err(Refusal::usage(format!("{}: the command stands behind --", path.display())));
    }
    if !shard.is_all() && args.command.shards.is_some() {
        return Err(Refusal::usage("--shard K/N says already how many shards there are: leave --shards out"));
    }
    let is_measured_by_preset = args.command.preset.as_deref() == Some(preset::PYTHON);
    let others = [
        (args.contexts, "--contexts"),
        (args.tests_from.is_some(), "--tests-from"),
        (args.rerun, "--rerun"),
        (args.no_cov, "--no-cov"),
        (args.fork != Fork::Auto, "--fork"),
        (args.core != Core::Auto, "--core"),
        (args.junit.is_some(), "--junit"),
        (args.events.is_some(), "--events"),
        (args.python.is_some(), "--python"),
        (args.branch && !is_measured_by_preset, "--branch"),
        (!args.source.is_empty() && !is_measured_by_preset, "--source"),
    ];
    match others.iter().find(|(is_given, _)| *is_given) {
        Some((_, name)) => Err(Refusal::usage(format!("{name} is for pytest, not for a command"))),
        None => Ok(()),
    }
}

/// What a test of the list is known to cost, in microseconds.
fn cost(timings: &Timings, test: &str) -> Option<u64> {
    // A size of 0 is a guess of 0.
    let files = [TestFile { id: test.to_owned(), ..TestFile::default() }];
    timings.costs(&files).first().map(|&(_, cost)| cost).filter(|&cost| cost > 0)
}
