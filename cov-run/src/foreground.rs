//! pytest as it is, on the terminal: for what it prints, and for debuggers.

use std::io::{self, IsTerminal as _};
use std::process::Command;
use std::sync::mpsc::Receiver;
use std::time::Duration;

use anyhow::Context as _;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::refusal::Refusal;
use crate::selection::Selection;
use crate::setup::Setup;
use crate::signals;
use crate::terminal::say;
use crate::verdict::INTERNAL;
use crate::worker::Event;

/// How often it is looked whether it has ended.
const INTERVAL: Duration = Duration::from_millis(20);

/// Runs pytest with the command line's selection, and gives its exit status; `why` no workers run it, if that is to be
/// said. Signals come as `events`.
pub fn run(setup: &Setup, why: Option<&str>, events: &Receiver<Event>) -> anyhow::Result<u8> {
    if let Some(why) = why {
        if !setup.shard.is_all() || !matches!(setup.selection, Selection::All) {
            let remedy = "name the tests instead of choosing them by --shard, --tests-from or --rerun";
            return Err(Refusal::usage(format!("{why}: {remedy}")));
        }
        say(format_args!("cov-run: {why}: one process runs the tests, and nothing is measured"));
    }
    let mut command = Command::new(&setup.python);
    command.arg(setup.plugin.worker()).arg("--plain").args(&setup.assignment.args);
    let mut child = command.spawn().with_context(|| setup.python.display().to_string())?;
    let process = Pid::from_raw(child.id().cast_signed());
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(INTERNAL));
        }
        match events.recv_timeout(INTERVAL) {
            // The keyboard signals to pytest as well, where there is one.
            Ok(Event::Signalled(Signal::SIGTSTP)) => signals::stop(),
            Ok(Event::Signalled(Signal::SIGINT)) if io::stdin().is_terminal() => {}
            Ok(Event::Signalled(signal)) => {
                let _ = kill(process, signal); // it may have ended meanwhile
            }
            _ => {}
        }
    }
}
