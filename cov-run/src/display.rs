//! What is printed while tests run: a line for each file as it is done, or for each test; a bar on a terminal.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::io::{self, IsTerminal as _, Write};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::dispatcher::WorkerId;
use crate::hello::Hello;
use crate::protocol::{Collected, Report};
use crate::record::Record;
use crate::terminal::{Style, Terminal, is_ci, say, trimmed, width_of};

/// After this long without a line, a heartbeat is due where there is no bar.
const SILENCE: Duration = Duration::from_secs(30);

/// A file that a worker runs.
#[derive(Default)]
struct Line {
    file: String,
    letters: Vec<(String, Option<Style>)>,
    left: usize,
}

/// A test that runs.
struct Running {
    id: String,
    since: Instant,
}

/// The display of a running suite.
pub struct Display<W: Write> {
    terminal: Terminal<W>,
    verbosity: i32,
    workers: u32,
    total: usize,
    done: HashSet<String>,
    lines: HashMap<u32, Line>,
    running: BTreeMap<u32, Running>,
    tallies: BTreeMap<&'static str, u64>,
    bar: ProgressBar,
    printed: Instant,
}

impl<W: Write> Display<W> {
    /// A display that writes results to `terminal`, and what is fleeting to stderr.
    pub fn new(terminal: Terminal<W>) -> Self {
        Self {
            terminal,
            verbosity: 0,
            workers: 1,
            total: 0,
            done: HashSet::new(),
            lines: HashMap::new(),
            running: BTreeMap::new(),
            tallies: BTreeMap::new(),
            bar: ProgressBar::hidden(),
            printed: Instant::now(),
        }
    }

    /// Learns how the project wants it.
    pub fn settle(&mut self, hello: &Hello, workers: u32) {
        self.verbosity = hello.options.verbosity;
        self.terminal.colour = hello.options.colour;
        self.workers = workers;
    }

    /// Shows what is to be run, and to who wants to know it, how the workers come into being.
    pub fn begin(&mut self, record: &Record, shard: Option<String>, manner: &str) -> io::Result<()> {
        self.total = record.assigned.len();
        if self.verbosity >= 0 && io::stderr().is_terminal() && !is_ci() {
            self.bar =
                ProgressBar::with_draw_target(Some(self.total as u64), ProgressDrawTarget::stderr_with_hz(8));
            let style = ProgressStyle::with_template("{elapsed:>4} {bar:20} {pos}/{len} files  {wide_msg}");
            self.bar.set_style(style.expect("the template is well-formed"));
        }
        let Some(hello) =
            record.hello.as_ref().filter(|hello| self.verbosity >= 0 && !hello.options.no_header)
        else {
            return Ok(());
        };
        self.terminal.rule('=', "test session starts", &[Style::Bold])?;
        self.terminal.fold("about this session")?;
        let platform = std::env::consts::OS;
        self.terminal
            .line(&format!("platform {platform} -- Python {}, pytest-{}", hello.python, hello.pytest))?;
        for line in &record.header {
            self.terminal.line(line)?;
        }
        self.terminal.unfold()?;
        let (files, workers) = (counted(self.total, "file"), counted(self.workers as usize, "worker"));
        let shard =
            shard.map(|shard| format!(" (shard {shard} of {} files)", record.all.len())).unwrap_or_default();
        let measured = match record.measured() {
            Some(measured) => {
                let version = measured.version.as_deref().unwrap_or_default();
                format!("coverage-{version}{}", if measured.branch { " with branches" } else { "" })
            }
            None => "no coverage".to_owned(),
        };
        self.terminal.line(&format!("cov-run: {workers}, {files}{shard}, {measured}"))?;
        if self.verbosity > 0 {
            self.terminal.line(&format!("cov-run: {manner}"))?;
        }
        self.terminal.line("")
    }

    /// A worker opened a file.
    pub fn collected(&mut self, worker: WorkerId, collected: &Collected) -> io::Result<()> {
        let errors = match self.lines.remove(&worker.slot) {
            // What its import reported is already there.
            Some(line) if line.file == collected.file => line.letters,
            _ => Vec::new(),
        };
        let left = collected.chosen.as_ref().map_or(collected.ids.len(), Vec::len);
        self.lines.insert(worker.slot, Line { file: collected.file.clone(), letters: errors, left });
        if left == 0 { self.finish_line(worker.slot) } else { Ok(()) }
    }

    /// A worker left this many tests of its file to others.
    pub fn yielded(&mut self, worker: WorkerId, tests: usize) -> io::Result<()> {
        let Some(line) = self.lines.get_mut(&worker.slot) else {
            return Ok(());
        };
        line.left = line.left.saturating_sub(tests);
        if line.left == 0 { self.finish_line(worker.slot) } else { Ok(()) }
    }

    /// A test starts.
    pub fn started(&mut self, worker: WorkerId, id: &str) {
        self.running.insert(worker.slot, Running { id: id.to_owned(), since: Instant::now() });
        self.refresh();
    }

    /// A test is over.
    pub fn done(&mut self, worker: WorkerId) -> io::Result<()> {
        self.running.remove(&worker.slot);
        let Some(line) = self.lines.get_mut(&worker.slot) else {
            return Ok(());
        };
        line.left = line.left.saturating_sub(1);
        if line.left == 0 { self.finish_line(worker.slot) } else { Ok(()) }
    }

    /// A report came, or was made for a worker that died.
    pub fn reported(&mut self, worker: WorkerId, report: &Report) -> io::Result<()> {
        let style = style_of(report);
        if !report.category.is_empty() {
            let tally = match style {
                Some(Style::Red) => "failed",
                Some(Style::Green) => "passed",
                _ => "other",
            };
            *self.tallies.entry(tally).or_default() += 1;
        }
        if report.letter.is_empty() && report.word.is_empty() {
            return Ok(());
        }
        if self.verbosity > 0 {
            return self.verbose(worker, report, style);
        }
        if report.when == "collect" && !self.lines.contains_key(&worker.slot) {
            self.lines.insert(worker.slot, Line { file: report.id.clone(), ..Line::default() });
        }
        if let Some(line) = self.lines.get_mut(&worker.slot) {
            line.letters.push((report.letter.clone(), style));
        }
        Ok(())
    }

    /// A worker has ended.
    pub fn ended(&mut self, worker: WorkerId) -> io::Result<()> {
        self.running.remove(&worker.slot);
        self.finish_line(worker.slot)
    }

    /// A worker printed a line that nobody captured.
    pub fn printed(&mut self, worker: WorkerId, text: &[u8]) -> io::Result<()> {
        let text = String::from_utf8_lossy(text);
        let prefix = if self.workers > 1 { format!("[gw{}] ", worker.slot) } else { String::new() };
        self.line(&format!("{prefix}{text}"))
    }

    /// Time passes: says that it is still alive where nothing was printed for long.
    pub fn tick(&mut self) {
        self.refresh();
        if !self.bar.is_hidden() || self.printed.elapsed() < SILENCE || self.verbosity < -1 {
            return;
        }
        self.printed = Instant::now();
        let longest = self
            .running
            .values()
            .min_by_key(|running| running.since)
            .map(|running| format!(", {} runs for {} s", running.id, running.since.elapsed().as_secs()));
        let longest = longest.unwrap_or_default();
        let (done, total, tally) = (self.done.len(), self.total, self.tally());
        say(format_args!("cov-run: {done} of {total} files, {tally}{longest}"));
    }

    /// Ends the display and hands the terminal back.
    pub fn end(mut self) -> io::Result<Terminal<W>> {
        let slots: Vec<u32> = self.lines.keys().copied().collect();
        slots.into_iter().try_for_each(|slot| self.finish_line(slot))?;
        self.bar.finish_and_clear();
        Ok(self.terminal)
    }

    fn tally(&self) -> String {
        let count = |name| self.tallies.get(name).copied().unwrap_or_default();
        let failed = count("failed");
        format!(
            "{} passed{}",
            count("passed"),
            if failed > 0 { format!(", {failed} failed") } else { String::new() }
        )
    }

    fn refresh(&mut self) {
        if !self.bar.is_hidden() {
            let running: Vec<&str> = self.running.values().map(|running| running.id.as_str()).collect();
            self.bar.set_position(self.done.len() as u64);
            self.bar.set_message(format!("{}  {}", self.tally(), running.join("  ")));
        }
    }

    fn line(&mut self, text: &str) -> io::Result<()> {
        self.printed = Instant::now();
        let terminal = &mut self.terminal;
        self.bar.suspend(|| {
            terminal.line(text)?;
            terminal.flush()
        })
    }

    fn verbose(&mut self, worker: WorkerId, report: &Report, style: Option<Style>) -> io::Result<()> {
        let word = self.terminal.markup(&report.word, style.as_slice());
        let reason = report.skip.as_ref().map(|skip| skip.reason.trim_start_matches("Skipped: "));
        let reason = reason.or(report.wasxfail.as_deref()).unwrap_or_default();
        let mut line = format!("[gw{}] {word} {}", worker.slot, report.shown());
        if !reason.is_empty() {
            let room = self.terminal.width.checked_sub(width_of(&line) + 3);
            let reason = if self.verbosity > 1 {
                Some(reason.to_owned())
            } else {
                room.and_then(|room| trimmed(reason, room))
            };
            line.extend(reason.map(|reason| format!(" ({reason})")));
        }
        self.line(&line)
    }

    /// Prints a file's line: path, letters, and how many files are done.
    fn finish_line(&mut self, slot: u32) -> io::Result<()> {
        let Some(line) = self.lines.remove(&slot) else {
            return Ok(());
        };
        self.done.insert(line.file.clone());
        self.refresh();
        if self.verbosity > 0 || self.verbosity < -1 || line.letters.is_empty() {
            return Ok(());
        }
        let counter =
            format!(" [{:>width$}/{}]", self.done.len(), self.total, width = self.total.to_string().len());
        let mut text = if self.verbosity < 0 { String::new() } else { format!("{} ", line.file) };
        let room = self.terminal.width.saturating_sub(counter.len() + 1).max(20);
        let mut column = width_of(&text);
        for (letter, style) in &line.letters {
            if column + width_of(letter) > room {
                self.line(&text)?;
                text.clear();
                column = 0;
            }
            text.push_str(&self.terminal.markup(letter, style.as_slice()));
            column += width_of(letter);
        }
        let fill = " ".repeat((room + 1).saturating_sub(column));
        self.line(&format!("{text}{fill}{counter}"))
    }
}

/// How pytest colours an outcome.
fn style_of(report: &Report) -> Option<Style> {
    if let Some(style) = report.markup.iter().find_map(|name| Style::named(name)) {
        return Some(style);
    }
    match (report.outcome.as_str(), &report.wasxfail) {
        ("passed", None) => Some(Style::Green),
        ("passed", Some(_)) | ("skipped", _) => Some(Style::Yellow),
        ("failed", _) => Some(Style::Red),
        _ => None,
    }
}

fn counted(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}
