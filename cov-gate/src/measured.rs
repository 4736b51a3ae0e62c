//! The totals of the files that a report has and the project reports.

use cov_model::Totals;
use cov_model::status::{Failure, Status};
use cov_model::stream::{Input, StdinTwice};
use std::path::Path;

use crate::judge::Files;
use crate::project::Project;

/// Reads the totals of a report that is to be judged; it must have something to judge.
pub(crate) fn read(input: &Input, project: &Project) -> anyhow::Result<Files> {
    let all = totals(input, project)?;
    let nothing =
        |reason| Err(Failure::new(Status::Nothing, format!("{input}: nothing to judge: {reason}")).into());
    if all.is_empty() {
        return nothing("the report has no files".to_owned());
    }
    let files = reported(all, project);
    if files.is_empty() {
        return nothing(format!("include and omit of {} leave out every file", project.name()));
    }
    if files.iter().all(|(_, totals)| totals.combined().total == 0) {
        return nothing("no file has an executable line".to_owned());
    }
    Ok(files)
}

/// Reads the totals of a report that another is compared with.
pub(crate) fn read_baseline(input: &Input, project: &Project) -> anyhow::Result<Files> {
    Ok(reported(totals(input, project)?, project))
}

/// A wrong use of standard input, as an error of the command line.
pub(crate) fn usage(error: StdinTwice) -> Failure {
    Failure::new(Status::Usage, error.to_string())
}

fn reported(files: Files, project: &Project) -> Files {
    files.into_iter().filter(|(path, _)| project.filter.keeps(path)).collect()
}

fn totals(input: &Input, project: &Project) -> anyhow::Result<Files> {
    let report = cov_model::read::read(input, Path::new(&project.root))?;
    Ok(report.files.iter().map(|(path, file)| (path.clone(), Totals::of_file(file))).collect())
}
