//! How a worker's process ended.

use std::fmt;
use std::os::unix::process::ExitStatusExt as _;
use std::process::ExitStatus;

use nix::sys::signal::Signal;

use crate::memory::Witness;

/// The end of a process that should have lived.
#[derive(Clone, Debug, PartialEq)]
pub struct Death {
    /// The signal that killed it, or the status it exited with.
    pub cause: Cause,
    /// The last that it printed.
    pub output: String,
}

impl Death {
    /// The last output, without the frames of pytest and of cov-run that faulthandler lists.
    pub fn own_output(&self) -> String {
        let is_frame_of_ours = |line: &&str| {
            line.starts_with("  File \"")
                && ["/_pytest/", "/pluggy/", "/cov_run_worker/", "/worker.py\""]
                    .iter()
                    .any(|part| line.contains(part))
        };
        let lines: Vec<&str> = self.output.lines().filter(|line| !is_frame_of_ours(line)).collect();
        lines.join("\n").trim_end().to_owned()
    }
}

/// Why a process ended.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Cause {
    /// It was killed by this signal.
    Signal(i32),
    /// It exited with this status.
    Exit(i32),
    /// The system killed it for want of memory, as this witness says.
    OutOfMemory(Witness),
    /// The process that could have told has died as well.
    Unseen,
    /// It was ended, since its test took more than this many seconds and did not react.
    Overdue(f64),
}

impl Cause {
    /// Whether somebody killed it.
    pub fn is_kill(self) -> bool {
        self == Self::Signal(Signal::SIGKILL as i32)
    }
}

impl From<ExitStatus> for Cause {
    fn from(status: ExitStatus) -> Self {
        match status.signal() {
            Some(signal) => Self::Signal(signal),
            None => Self::Exit(status.code().unwrap_or_default()),
        }
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Signal(number) => match Signal::try_from(number) {
                Ok(signal) => write!(formatter, "killed by {signal}"),
                Err(_) => write!(formatter, "killed by signal {number}"),
            },
            Self::Exit(status) => write!(formatter, "exited with status {status}"),
            Self::Overdue(seconds) => {
                write!(formatter, "timeout (>{seconds}s), and the test did not react: killed")
            }
            Self::OutOfMemory(witness) => {
                let counter = match witness {
                    Witness::ControlGroup => "control group",
                    Witness::System => "system",
                };
                write!(formatter, "killed by SIGKILL: out of memory (the {counter}'s oom_kill count rose)")
            }
            Self::Unseen => write!(formatter, "it is gone, and so is the process that it was forked from"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_of_pytest_are_left_out() {
        let output = "Fatal Python error: Aborted\n\n  File \"/x/test_a.py\", line 5 in test_a\n  \
                      File \"/x/_pytest/python.py\", line 187 in pytest_pyfunc_call\n"
            .to_owned();
        let death = Death { cause: Cause::Signal(6), output };
        assert_eq!(
            death.own_output(),
            "Fatal Python error: Aborted\n\n  File \"/x/test_a.py\", line 5 in test_a"
        );
    }

    #[test]
    fn signals_have_names() {
        assert_eq!(Cause::from(ExitStatus::from_raw(11)).to_string(), "killed by SIGSEGV");
        assert_eq!(Cause::from(ExitStatus::from_raw(3 << 8)).to_string(), "exited with status 3");
        assert_eq!(
            Cause::OutOfMemory(Witness::ControlGroup).to_string(),
            "killed by SIGKILL: out of memory (the control group's oom_kill count rose)"
        );
        assert_eq!(Cause::Signal(99).to_string(), "killed by signal 99");
    }
}
