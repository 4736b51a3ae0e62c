//! What the user sees of the shards.

use std::env;
use std::io::{self, Stdout};
use std::time::{Duration, Instant};

use super::output::Printed;
use super::process::End;
use crate::terminal::{Forgiving, Style, Terminal, say};

/// How long it may be silent before the user is told that something still runs.
const SILENCE: Duration = Duration::from_mins(1);

/// How the output of shards is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Manner {
    /// That of one shard whole, when it has ended.
    Grouped,
    /// As it comes: there is only one shard at a time.
    Live,
    /// As it comes, by lines that begin with their shard.
    Prefixed,
}

/// Shows what shards print, and how they end.
pub(super) struct Display {
    terminal: Terminal<Forgiving<Stdout>>,
    manner: Manner,
    /// Whether output of shards that passed is left out.
    is_quiet: bool,
    /// Whether this is GitHub Actions, which folds what is grouped.
    is_github: bool,
    total: u32,
    /// Whether more than one shard runs here.
    has_many: bool,
    /// When something was shown last.
    last: Instant,
}

impl Display {
    /// Shows on stdout.
    pub(super) fn new(
        terminal: Terminal<Forgiving<Stdout>>,
        manner: Manner,
        is_quiet: bool,
        total: u32,
        has_many: bool,
    ) -> Self {
        let is_github = env::var("GITHUB_ACTIONS").is_ok_and(|value| value == "true");
        Self { terminal, manner, is_quiet, is_github, total, has_many, last: Instant::now() }
    }

    /// Whether there is something to show while shards run.
    pub(super) fn is_live(&self) -> bool {
        self.manner != Manner::Grouped
    }

    /// A shard has been started.
    pub(super) fn started(&mut self, shard: u32) -> io::Result<()> {
        if self.manner == Manner::Live && self.has_many {
            self.rule(&format!("shard {shard}/{}", self.total), &[])?;
        }
        self.terminal.flush()
    }

    /// Shows what a shard that runs has printed meanwhile.
    pub(super) fn printed(&mut self, shard: u32, printed: &mut Printed) -> io::Result<()> {
        self.show_new(shard, printed, false)
    }

    /// A shard has ended: shows what is left to show of it.
    pub(super) fn ended(
        &mut self,
        shard: u32,
        end: End,
        took: Duration,
        printed: &mut Printed,
    ) -> io::Result<()> {
        let name = format!("shard {shard}/{}", self.total);
        let title = format!("{name} {end} ({:.2}s)", took.as_secs_f64());
        let has_passed = end == End::Passed;
        let style = if has_passed { [Style::Green] } else { [Style::Red] };
        match self.manner {
            Manner::Grouped if has_passed && self.is_quiet => printed.skip()?,
            // What is folded is not seen, so only what went well is.
            Manner::Grouped if has_passed && self.is_github => {
                self.terminal.line(&format!("::group::{title}"))?;
                self.copy(printed)?;
                self.terminal.line("::endgroup::")?;
            }
            Manner::Grouped => {
                self.rule(&title, &style)?;
                self.copy(printed)?;
            }
            Manner::Live | Manner::Prefixed => {
                self.show_new(shard, printed, true)?;
                if self.has_many {
                    let title = self.terminal.markup(&title, &style);
                    self.terminal.line(&title)?;
                }
            }
        }
        if self.is_github && !has_passed {
            self.terminal.line(&format!("::error title=cov-run::{name} {end}"))?;
        }
        self.last = Instant::now();
        self.terminal.flush()
    }

    /// The last line.
    pub(super) fn finished(&mut self, text: &str, has_passed: bool) -> io::Result<()> {
        let style = if has_passed { Style::Green } else { Style::Red };
        let text = self.terminal.markup(text, &[style]);
        self.terminal.line(&text)?;
        self.terminal.flush()
    }

    /// When the user is to be told that something still runs.
    pub(super) fn heartbeat(&self) -> Instant {
        self.last + SILENCE
    }

    /// Says what runs, where nothing was shown for long.
    pub(super) fn mind(&mut self, running: impl Iterator<Item = (u32, Instant)>, now: Instant) {
        if self.heartbeat() > now {
            return;
        }
        let running: Vec<String> = running
            .map(|(shard, started)| format!("{shard}/{} for {}s", self.total, (now - started).as_secs()))
            .collect();
        say(format_args!("cov-run: shards that run: {}", running.join(", ")));
        self.last = now;
    }

    fn show_new(&mut self, shard: u32, printed: &mut Printed, all: bool) -> io::Result<()> {
        match self.manner {
            Manner::Grouped => return Ok(()),
            Manner::Live if all => self.copy(printed)?,
            Manner::Live => {
                while let piece @ [_, ..] = &*printed.piece()? {
                    self.terminal.bytes(piece)?;
                    self.last = Instant::now();
                }
            }
            Manner::Prefixed => {
                while let Some(line) = printed.line(all)? {
                    self.terminal.text(&format!("[{shard}/{}] ", self.total))?;
                    self.terminal.bytes(&line)?;
                    if line.last() != Some(&b'\n') {
                        self.terminal.text("\n")?;
                    }
                    self.last = Instant::now();
                }
            }
        }
        self.terminal.flush()
    }

    /// Shows all that was not shown yet, and an end of the last line.
    fn copy(&mut self, printed: &mut Printed) -> io::Result<()> {
        let mut last = b'\n';
        while let piece @ [.., end] = &*printed.piece()? {
            self.terminal.bytes(piece)?;
            last = *end;
        }
        if last == b'\n' { Ok(()) } else { self.terminal.text("\n") }
    }

    fn rule(&mut self, title: &str, styles: &[Style]) -> io::Result<()> {
        let title = self.terminal.markup(title, styles);
        self.terminal.rule('=', &title, styles)
    }
}
