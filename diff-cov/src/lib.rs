//! Checks the coverage of the lines that a change touches.

mod assessment;
mod changes;
pub mod cli;
mod diff;
mod git;
mod join;
mod judge;
mod measured;
mod notes;
pub mod output;
mod place;
mod project;
mod trees;

use cov_model::status::{Failure, Status};
use cov_model::stream::{Input, Output};

use crate::assessment::Assessment;
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
    let measured = Measured::read(&reports, &args.project, &changes, &project)?;
    measured.tell(&changes, notes);
    let assessment = judge(&changes, &measured, &project, notes)?;
    write(&assessment, &targets, args.quiet)
}

/// The reports to read. Standard input is either a report or the diff.
fn reports(args: &Args) -> Result<Vec<Input>, Failure> {
    let reports = Input::or_stdin(&args.reports).map_err(|error| usage(&error.to_string()))?;
    if args.diff == Some(Input::Stdin) && reports.contains(&Input::Stdin) {
        return Err(usage("standard input is the diff: name a report"));
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

fn usage(message: &str) -> Failure {
    Failure::new(Status::Usage, message)
}

/// Writes the outputs, and ends as the verdict wants it, whether or not anybody reads them.
///
/// Where there was something to judge the verdict stands in the text. If that goes elsewhere, or there was nothing to
/// judge, it is a message.
fn write(assessment: &Assessment, targets: &[Target], is_quiet: bool) -> anyhow::Result<Status> {
    let status = assessment.verdict.status();
    let is_judged = matches!(status, Status::Done | Status::Broken);
    for target in targets.iter().filter(|target| is_judged || !target.is_shown()) {
        target.write(assessment, is_quiet)?;
    }
    if !is_judged {
        return Err(Failure::new(status, sentence(assessment)).into());
    }
    if !targets.iter().any(Target::is_shown) {
        notes::message(&sentence(assessment));
    }
    Ok(status)
}
