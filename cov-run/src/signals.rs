//! Signals to cov-run itself: Ctrl-C, a request to terminate, a terminal that is closed, Ctrl-Z.

use std::fs;
use std::process;
use std::sync::mpsc::Sender;
use std::thread;

use nix::sys::signal::{Signal, raise};
use signal_hook::iterator::Signals;

use crate::terminal::say;
use crate::verdict::INTERRUPTED;
use crate::worker::Event;

/// What is listened to.
const SIGNALS: [Signal; 4] = [Signal::SIGINT, Signal::SIGTERM, Signal::SIGHUP, Signal::SIGTSTP];

/// Turns signals into events. What was ignored when cov-run was started (`nohup`, a script's background) stays so.
pub fn watch(events: Sender<Event>) -> anyhow::Result<()> {
    let heard = SIGNALS.map(|signal| signal as i32).into_iter().filter(|signal| !is_ignored(*signal));
    let mut signals = Signals::new(heard)?;
    thread::spawn(move || {
        let mut is_interrupted = false;
        for signal in signals.forever().filter_map(|number| Signal::try_from(number).ok()) {
            if events.send(Event::Signalled(signal)).is_err() {
                after_the_tests(signal, is_interrupted);
            }
            is_interrupted |= signal != Signal::SIGTSTP;
        }
    });
    Ok(())
}

/// The tests have ended, and what was measured is being written: only who asks twice at the keyboard ends that.
fn after_the_tests(signal: Signal, is_interrupted: bool) {
    match signal {
        Signal::SIGTSTP => stop(),
        Signal::SIGINT if is_interrupted => {
            #[expect(
                clippy::exit,
                reason = "a thread cannot end the program otherwise; files are written whole"
            )]
            process::exit(i32::from(INTERRUPTED));
        }
        _ => say("cov-run: the tests have ended, the results are being written; Ctrl-C again leaves them"),
    }
}

/// Stops this process until somebody lets it go on, as Ctrl-Z does to a process that knows nothing of it.
pub fn stop() {
    let _ = raise(Signal::SIGSTOP); // it cannot fail for a process of one's own
}

/// Whether a signal was ignored already when cov-run was started, as far as the system tells: `man proc_pid_status`.
pub fn is_ignored(signal: i32) -> bool {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let ignored = ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or_default();
    ignored >> (signal - 1) & 1 == 1
}
