//! The ends of workers, and what is done that they come: when a test's time is up, when somebody wants the run to end, when
//! tests left something running.

use std::io::Write;
use std::thread;
use std::time::Instant;

use nix::sys::signal::Signal;
use nix::unistd::Pid;

use super::Session;
use crate::clock::Alarm;
use crate::crash::{Cause, Death};
use crate::dispatcher::{Command, Stop, WorkerId};
use crate::leftovers::{self, Leftovers};
use crate::refusal::Refusal;
use crate::signals;
use crate::terminal::say;
use crate::verdict::INTERNAL;
use crate::worker::Worker;

impl<W: Write> Session<'_, W> {
    /// Lets tests fail whose time is up, and ends workers that do not react.
    pub(super) fn sound_alarms(&mut self) {
        for (id, alarm) in self.clock.alarms(Instant::now()) {
            let Some(worker) = self.launcher.worker(id) else { continue };
            match alarm {
                Alarm::Ring => worker.ring(),
                Alarm::Kill(seconds) => {
                    self.overdue.insert(id, seconds);
                    worker.signal(Signal::SIGKILL);
                }
            }
        }
    }

    /// A worker's process has ended.
    pub(super) fn bury(&mut self, id: WorkerId, process: Pid, mut death: Death) -> anyhow::Result<()> {
        if self.launcher.is_zygote(process) {
            let note = self.launcher.lose_zygote(&death.cause.to_string());
            self.record.notes.push(note);
            return Ok(());
        }
        let stacks = self.launcher.worker(id).filter(|_| self.overdue.contains_key(&id)).map(Worker::stacks);
        if !self.launcher.forget(id, process) {
            return Ok(());
        }
        self.clock.stop(id);
        let run = &self.setup.assignment.uid;
        if let Some(left) = Leftovers::of_worker(process, id.slot, run, &self.known_processes()) {
            let is_patient = !self.patience.is_over();
            self.sweeps.push((format!("gw{}", id.slot), thread::spawn(move || left.end(is_patient))));
        }
        if death.cause.is_kill()
            && !self.patience.is_over()
            && let Some(witness) = self.memory.has_killed()
        {
            death.cause = Cause::OutOfMemory(witness);
            self.record.notes.push(format!("gw{} was out of memory: fewer workers (-n) need less", id.slot));
        }
        if let Some(seconds) = self.overdue.remove(&id) {
            death.cause = Cause::Overdue(seconds);
            death.output = format!("{}{}", stacks.unwrap_or_default(), death.output);
        }
        if let Some(&status) = self.statuses.get(&id).filter(|&&status| status != 0)
            && !self.dispatcher.is_planned()
        {
            // pytest refused to start, and all workers would say the same.
            return Err(Refusal::in_pytests_words(u8::try_from(status).unwrap_or(INTERNAL), death.output));
        }
        let output = death.output.clone();
        let commands = self.dispatcher.bury(id, death);
        if commands.iter().any(|command| matches!(command, Command::Mourn(_))) {
            self.printed.forget(id);
        }
        self.show_printed(id)?;
        self.obey(commands)?;
        self.progress.ended(id)?;
        if self.dispatcher.stopped() == Some(&Stop::CannotStart) {
            let text = format!("workers die before they have listed the test files\n{}", output.trim_end());
            return Err(Refusal::internal(text));
        }
        Ok(())
    }

    /// The processes that somebody waits for.
    pub(super) fn known_processes(&self) -> Vec<Pid> {
        self.launcher.processes().into_iter().chain(self.progress.process()).collect()
    }

    /// Ends what tests left running, and notes what it was.
    pub(super) fn sweep(&mut self) {
        for (who, sweep) in std::mem::take(&mut self.sweeps) {
            let leftovers = sweep.join().unwrap_or_default();
            self.record.notes.extend(leftovers::describe(&who, &leftovers));
        }
        if let Some(left) = Leftovers::of_all(&self.known_processes()) {
            self.record.notes.extend(leftovers::describe("the tests", &left.end(!self.patience.is_over())));
        }
        leftovers::wait_for_orphans(&self.known_processes());
        self.progress.pause(&self.record);
    }

    /// Somebody wants the run to end: who says it once lets tests end, who says it twice kills them.
    pub(super) fn interrupt(&mut self, signal: Signal) -> anyhow::Result<()> {
        let commands = self.dispatcher.stop(Stop::Signal);
        self.obey(commands)?;
        let Some(grace) = self.patience.shrink(signal, Instant::now()) else {
            self.kill();
            return Ok(());
        };
        say(format_args!(
            "cov-run: interrupted by {signal}: tests have {} s to end; Ctrl-C kills them",
            grace.as_secs()
        ));
        self.launcher.signal(Signal::SIGINT);
        Ok(())
    }

    /// Kills what has not ended in time.
    pub(super) fn kill(&mut self) {
        let named = self.launcher.ids().into_iter().map(|id| match self.dispatcher.test_of(id) {
            Some(test) => format!("gw{} ({test})", id.slot),
            None => format!("gw{}", id.slot),
        });
        let named: Vec<String> = named.collect();
        if !named.is_empty() {
            say(format_args!("cov-run: killed: {}", named.join(", ")));
        }
        self.launcher.signal(Signal::SIGKILL);
    }

    /// Ctrl-Z: stops the tests, and then cov-run itself, until somebody lets it go on. That time is nobody's.
    pub(super) fn stand_still(&mut self) {
        let began = Instant::now();
        self.launcher.signal(Signal::SIGSTOP);
        signals::stop();
        self.launcher.signal(Signal::SIGCONT);
        self.clock.extend(began.elapsed());
        self.patience.extend(began.elapsed());
    }
}
