//! What is printed while tests run: a line for each file as it is done, or for each test; a bar on a terminal.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::io::{self, IsTerminal as _, Write};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::bar::{Canvas, Picture, Row, clock};
use crate::dispatcher::{During, Loss, WorkerId};
use crate::hello::Hello;
use crate::pace::Pace;
use crate::protocol::{Collected, Report, TestFile};
use crate::record::Record;
use crate::terminal::{Style, Terminal, is_ci, say, shows_unicode, stderr_width, trimmed, width_of};
use crate::timings::Timings;

/// After this long without a line, a heartbeat is due where there is no bar.
const SILENCE: Duration = Duration::from_secs(30);

/// The picture is not made anew more often than this.
const FRAME: Duration = Duration::from_millis(100);

/// How a running suite is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Manner {
    /// A bar on a terminal, and above it what failed.
    Bar,
    /// What failed, for the log of a CI system.
    Failures,
    /// A line for each file, as pytest does.
    Files,
    /// A line for each test, as pytest does with `-v`; on a terminal above a bar.
    Tests,
    /// Nothing.
    Nothing,
}

/// A file that a worker runs.
#[derive(Default)]
struct Line {
    file: String,
    letters: Vec<(String, Option<Style>)>,
}

/// A test that runs.
struct Running {
    id: String,
    since: Instant,
}

/// The display of a running suite.
pub struct Display<'a, W: Write> {
    terminal: Terminal<W>,
    timings: &'a Timings,
    pace: Pace,
    manner: Manner,
    verbosity: i32,
    directory: String,
    workers: u32,
    total: usize,
    lines: HashMap<u32, Line>,
    running: BTreeMap<u32, Running>,
    tallies: BTreeMap<String, u64>,
    bar: ProgressBar,
    began: Instant,
    drawn: Option<Instant>,
    printed: Instant,
}

impl<'a, W: Write> Display<'a, W> {
    /// A display that writes results to `terminal`, and what is fleeting to stderr.
    pub fn new(terminal: Terminal<W>, timings: &'a Timings) -> Self {
        Self {
            terminal,
            timings,
            pace: Pace::default(),
            manner: Manner::Files,
            verbosity: 0,
            directory: String::new(),
            workers: 1,
            total: 0,
            lines: HashMap::new(),
            running: BTreeMap::new(),
            tallies: BTreeMap::new(),
            bar: ProgressBar::hidden(),
            began: Instant::now(),
            drawn: None,
            printed: Instant::now(),
        }
    }

    /// Learns how the project wants it.
    pub fn settle(&mut self, hello: &Hello, workers: u32) {
        self.verbosity = hello.options.verbosity;
        self.terminal.colour = hello.options.colour;
        self.directory.clone_from(&hello.directory);
        self.workers = workers;
        let has_bar = self.verbosity >= 0 && io::stderr().is_terminal() && !is_ci();
        self.manner = match self.verbosity {
            ..-1 => Manner::Nothing,
            1.. => Manner::Tests,
            _ if has_bar => Manner::Bar,
            _ if is_ci() => Manner::Failures,
            _ => Manner::Files,
        };
        if has_bar {
            self.bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr_with_hz(10));
            self.bar.set_style(ProgressStyle::with_template("{msg}").expect("the template is well-formed"));
        }
    }

    /// Leaves the terminal to somebody else.
    pub fn fall_silent(&mut self) {
        self.manner = Manner::Nothing;
        self.verbosity = i32::MIN;
        self.bar = ProgressBar::hidden();
    }

    /// Learns which files there are.
    pub fn expect(&mut self, files: &[TestFile], assigned: &[String]) {
        let assigned: HashSet<&String> = assigned.iter().collect();
        let files: Vec<TestFile> = files.iter().filter(|file| assigned.contains(&file.id)).cloned().collect();
        self.total = files.len();
        self.pace = Pace::new(&files, self.timings, self.workers);
        self.began = Instant::now();
    }

    /// Shows what is to be run, and to who wants to know it, how the workers come into being.
    pub fn begin(&mut self, record: &Record, shard: Option<String>, manner: &str) -> io::Result<()> {
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
        self.pace.open(collected, self.timings);
        let is_same = |line: &Line| line.file == collected.file; // what its import reported is already there
        if !self.lines.get(&worker.slot).is_some_and(is_same) {
            self.finish_line(worker.slot)?;
            self.lines.insert(worker.slot, Line { file: collected.file.clone(), letters: Vec::new() });
        }
        if collected.chosen_ids().next().is_none() { self.finish_line(worker.slot) } else { Ok(()) }
    }

    /// A test starts.
    pub fn started(&mut self, worker: WorkerId, id: &str) {
        self.running.insert(worker.slot, Running { id: id.to_owned(), since: Instant::now() });
        self.refresh();
    }

    /// A test is over.
    pub fn done(&mut self, worker: WorkerId) -> io::Result<()> {
        let Some(Running { id, .. }) = self.running.remove(&worker.slot) else { return Ok(()) };
        let is_whole = self.pace.finish(&id);
        if is_whole { self.finish_line(worker.slot) } else { Ok(()) }
    }

    /// A report came.
    pub fn reported(&mut self, worker: WorkerId, report: &Report) -> io::Result<()> {
        let style = style_of(report);
        if !report.category.is_empty() && !report.uncounted {
            let category = if report.category == "error" { "failed" } else { report.category.as_str() };
            *self.tallies.entry(category.to_owned()).or_default() += 1;
        }
        if report.letter.is_empty() && report.word.is_empty() {
            return Ok(());
        }
        match self.manner {
            Manner::Tests => self.verbose(worker, report, style),
            Manner::Bar | Manner::Failures if report.is_failure() => self.failure(report),
            Manner::Files => {
                if report.when == "collect" && !self.lines.contains_key(&worker.slot) {
                    self.lines.insert(worker.slot, Line { file: report.id.clone(), ..Line::default() });
                }
                if let Some(line) = self.lines.get_mut(&worker.slot) {
                    line.letters.push((report.letter.clone(), style));
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// A worker died, which is a failure of this test or file.
    pub fn lost(&mut self, loss: &Loss, report: Option<&Report>) -> io::Result<()> {
        if let Some(report) = report {
            self.reported(loss.worker, report)?;
        }
        match &loss.during {
            During::Test { id, .. } | During::Undoing { test: id, .. } => _ = self.pace.finish(id),
            During::Collection(file) => self.pace.give_up(file),
            During::Start | During::Between(_) => {}
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
        let line = format!("{prefix}{text}");
        if self.verbosity == i32::MIN {
            say(line);
            return Ok(());
        }
        self.line(&line)
    }

    /// Time passes: says that it is still alive where nothing was printed for long.
    pub fn tick(&mut self) {
        self.drawn = None;
        self.refresh();
        if self.bar.is_hidden() && self.printed.elapsed() >= SILENCE && self.manner != Manner::Nothing {
            self.printed = Instant::now();
            say(format_args!("cov-run: {}", self.heartbeat()));
        }
    }

    /// How far the run is, in a line.
    fn heartbeat(&self) -> String {
        let picture = self.picture();
        let mut parts: Vec<String> = picture.tally.into_iter().map(|(text, _)| text).collect();
        parts.extend(picture.rest.map(|rest| format!("{} left", clock(rest))));
        let longest = picture.rows.first().map(|row| format!("{} runs for {}", row.id, clock(row.age)));
        parts.extend(longest);
        parts.join(", ")
    }

    /// Ends the display and hands the terminal back.
    pub fn end(mut self) -> io::Result<Terminal<W>> {
        let slots: Vec<u32> = self.lines.keys().copied().collect();
        slots.into_iter().try_for_each(|slot| self.finish_line(slot))?;
        self.bar.finish_and_clear();
        Ok(self.terminal)
    }

    fn refresh(&mut self) {
        if self.bar.is_hidden() || self.total == 0 || self.drawn.is_some_and(|drawn| drawn.elapsed() < FRAME)
        {
            return;
        }
        self.drawn = Some(Instant::now());
        let canvas = Canvas {
            width: stderr_width().unwrap_or(self.terminal.width),
            colour: self.terminal.colour,
            unicode: shows_unicode(),
        };
        self.bar.set_message(self.picture().lines(canvas).join("\n"));
    }

    fn picture(&self) -> Picture {
        let count = |category: &str| self.tallies.get(category).copied().unwrap_or_default();
        let mut tally = Vec::new();
        if count("failed") > 0 {
            tally.push((format!("{} failed", count("failed")), Some(Style::Red)));
        }
        tally.push((format!("{} passed", count("passed")), Some(Style::Green)));
        let left = match self.pace.tests_left() {
            Some(left) => format!("{left} to go"),
            None => format!("{}/{}", self.pace.files(), counted(self.total, "file")),
        };
        tally.push((left, None));
        let others =
            self.tallies.iter().filter(|(category, _)| !["failed", "passed"].contains(&category.as_str()));
        tally.extend(others.map(|(category, count)| (format!("{count} {category}"), Some(Style::Yellow))));
        let row = |(slot, running): (&u32, &Running)| Row {
            slot: *slot,
            expected: self.pace.expected(&running.id),
            id: running.id.clone(),
            age: running.since.elapsed(),
        };
        let mut rows: Vec<Row> = self.running.iter().map(row).collect();
        rows.sort_by_key(|row| (std::cmp::Reverse(row.age), row.slot));
        let elapsed = self.began.elapsed();
        Picture {
            elapsed,
            permille: self.pace.permille(),
            rest: self.pace.rest(elapsed, rows.iter().map(|row| (row.id.as_str(), row.age))),
            has_failed: count("failed") > 0,
            tally,
            rows,
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

    /// Prints what failed and where; pytest's text of it comes at the end.
    fn failure(&mut self, report: &Report) -> io::Result<()> {
        let word = self.terminal.markup(&report.word, &[Style::Red]);
        let mut text = format!("{word} {}", report.shown());
        let message = report.message.as_deref().or(report.crash_line.as_deref()).unwrap_or_default();
        let message = message.lines().next().unwrap_or_default();
        let place = report.place.as_ref().and_then(|(path, line)| {
            let below = path.strip_prefix(&self.directory).and_then(|path| path.strip_prefix('/'));
            line.map(|line| format!("{}:{line}: ", below.unwrap_or(path)))
        });
        let reason = format!("    {}{message}", place.unwrap_or_default());
        let reason = if is_ci() { Some(reason) } else { trimmed(&reason, self.terminal.width) };
        if let Some(reason) = reason.filter(|reason| !reason.trim().is_empty()) {
            text.push('\n');
            text.push_str(&reason);
        }
        self.line(&text)
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
        self.refresh();
        if self.manner != Manner::Files || line.letters.is_empty() {
            return Ok(());
        }
        let done = self.pace.files();
        let counter = format!(" [{done:>width$}/{}]", self.total, width = self.total.to_string().len());
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
