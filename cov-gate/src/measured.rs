//! The totals of the files that a report has and the project reports.

use cov_model::Totals;
use cov_model::status::{Failure, Status};
use cov_model::stream::{Input, StdinTwice};
use std::path::Path;

use crate::judge::Files;
use crate::project::Project;
use crate::wording::plural;

/// Reads the totals of a report that is to be judged; it must have something to judge.
pub(crate) fn read(input: &Input, project: &Project) -> anyhow::Result<Files> {
    let all = totals(input, project)?;
    let count = all.len();
    let files = reported(all, project);
    let nothing = |reason: String| {
        Err(Failure::new(Status::Nothing, format!("{input}: nothing to judge: {reason}")).into())
    };
    if count == 0 {
        return nothing("the report has no files".to_owned());
    }
    if files.is_empty() {
        let left_out = format!(
            "include and omit of {} leave out all of its {}",
            project.name(),
            plural(count as u64, "file", "files")
        );
        return nothing(left_out);
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
