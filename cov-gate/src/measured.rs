//! The totals of the files that a report has and the project reports.

use std::cell::Cell;
use std::path::Path;

use cov_model::status::{Failure, Status};
use cov_model::stream::{Input, StdinTwice};
use cov_model::{Report, Totals};

use crate::judge::Files;
use crate::project::Project;

/// What is judged.
#[derive(Debug)]
pub(crate) struct Measured {
    /// The files with their totals.
    pub(crate) files: Files,
    /// What is missing of the report, in words.
    pub(crate) incomplete: Option<String>,
}

/// Reads the totals of a report that is to be judged; it must have something to judge.
pub(crate) fn read(input: &Input, project: &Project) -> anyhow::Result<Measured> {
    let (report, has_files) = reported(input, project)?;
    let nothing =
        |reason| Err(Failure::new(Status::Nothing, format!("{input}: nothing to judge: {reason}")).into());
    if !has_files {
        return nothing("the report has no files".to_owned());
    }
    if report.files.is_empty() {
        return nothing(format!("include and omit of {} leave out every file", project.name()));
    }
    let files = totals(&report);
    if files.iter().all(|(_, totals)| totals.combined().total == 0) {
        return nothing("no file has an executable line".to_owned());
    }
    let incomplete = report.shards.first().map(|shard| {
        format!(
            "{input} has only {} of {} shards: merge all of them with cov-merge",
            report.shards.len(),
            shard.total
        )
    });
    Ok(Measured { files, incomplete })
}

/// Reads the totals of a report that another is compared with.
pub(crate) fn read_baseline(input: &Input, project: &Project) -> anyhow::Result<Files> {
    Ok(totals(&reported(input, project)?.0))
}

/// A wrong use of standard input, as an error of the command line.
pub(crate) fn usage(error: StdinTwice) -> Failure {
    Failure::new(Status::Usage, error.to_string())
}

/// The part of a report that the project reports, and whether the report has files at all.
fn reported(input: &Input, project: &Project) -> anyhow::Result<(Report, bool)> {
    let has_files = Cell::new(false);
    let keep = |path: &str| {
        has_files.set(true);
        project.filter.keeps(path)
    };
    let report = cov_model::read::read_kept(input, Path::new(&project.root), &keep)?;
    Ok((report, has_files.get()))
}

fn totals(report: &Report) -> Files {
    report.files.iter().map(|(path, file)| (path.clone(), Totals::of_file(file))).collect()
}
