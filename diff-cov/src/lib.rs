//! Checks the coverage of the lines that a change touches.

mod affected;
mod assessment;
mod baseline;
mod category;
mod changes;
pub mod cli;
mod diff;
mod differential;
mod functions;
mod git;
mod history;
mod join;
mod judge;
mod measured;
mod notes;
mod outcome;
pub mod output;
mod part;
mod place;
mod project;
mod remap;
pub mod rule;
mod statements;
mod trees;

use cov_model::status::{Failure, Status};
use cov_model::stream::{Input, Output};

use crate::affected::affected;
use crate::assessment::Assessment;
use crate::baseline::Baseline;
use crate::changes::Changes;
use crate::cli::Args;
use crate::judge::judge;
use crate::measured::Measured;
use crate::notes::Notes;
use crate::output::{Format, Target, sentence};
use crate::project::Project;

/// Judges the change that the command line names by the reports that it names, and writes the outputs.
pub fn run(args: &Args) -> anyhow::Result<Status> {
    let notes = Notes::new(args);
    let reports = reports(args)?;
    let targets = targets(args)?;
    let project = Project::open(args)?;
    let mut changes = Changes::get(args, project.base.as_deref(), notes)?;
    changes.leave_out(&project, notes);
    let measured = Measured::read(&reports, &changes, &project, args.baseline.is_some() || args.tests)?;
    measured.tell(&changes, notes);
    if args.tests {
        return tests(&mut changes, &measured);
    }
    let baseline = args.baseline.as_ref().map(|input| Baseline::read(input, &project)).transpose()?;
    let assessment = judge(&mut changes, measured, baseline, &project, notes)?;
    write(&assessment, &targets, args)
}

/// The reports to read. Standard input is one of them, or the diff, or the baseline.
fn reports(args: &Args) -> Result<Vec<Input>, Failure> {
    let reports = Input::or_stdin(&args.reports).map_err(|error| usage(&error.to_string()))?;
    let others = [(&args.diff, "the diff"), (&args.baseline, "the baseline")];
    let mut is_taken = reports.contains(&Input::Stdin).then_some("a report");
    for (input, what) in others {
        if input == &Some(Input::Stdin) {
            match is_taken.replace(what) {
                Some("a report") => return Err(usage(&format!("standard input is {what}: name a report"))),
                Some(other) => return Err(usage(&format!("standard input is {other}: name {what}"))),
                None => {}
            }
        }
    }
    Ok(reports)
}

/// The outputs to write: text, unless others are named. Only one can have standard output.
fn targets(args: &Args) -> Result<Vec<Target>, Failure> {
    if args.targets.iter().filter(|target| target.output == Output::Stdout).count() > 1 {
        return Err(usage(
            "standard output can be written once only: give the others a path, as --to markdown=FILE",
        ));
    }
    if args.targets.is_empty() {
        return Ok(vec![Target { format: Format::Text, output: Output::Stdout }]);
    }
    Ok(args.targets.clone())
}

/// Prints the tests that the change affects.
fn tests(changes: &mut Changes, measured: &Measured) -> anyhow::Result<Status> {
    let affected = affected(changes, measured)?;
    let text = output::selection::render(&affected, &changes.comparison, affected::tests(measured).len());
    Output::Stdout.write(|sink| sink.write_all(text.as_bytes()))?;
    Ok(Status::Done)
}

fn usage(message: &str) -> Failure {
    Failure::new(Status::Usage, message)
}

/// Writes the outputs, and ends as the verdict wants it, whether or not anybody reads them.
///
/// Where there was something to judge the verdict stands in the text. If that goes elsewhere, or there was nothing to
/// judge, it is a message.
fn write(assessment: &Assessment, targets: &[Target], args: &Args) -> anyhow::Result<Status> {
    let status = assessment.status();
    let is_judged = matches!(status, Status::Done | Status::Broken);
    for target in targets.iter().filter(|target| is_judged || !target.is_shown()) {
        target.write(assessment, &args.project, args.quiet)?;
    }
    if !is_judged {
        return Err(Failure::new(status, sentence(assessment)).into());
    }
    if !targets.iter().any(Target::is_shown) {
        notes::message(&sentence(assessment));
    }
    Ok(status)
}
