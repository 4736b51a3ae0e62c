//! What taking an arm does, in the words of coverage.py.

use cov_model::{Branch, FileCoverage};

/// Describes the ways on from the lines of one file.
pub(super) struct Describer<'a> {
    /// Functions and classes: first line, last line, what leaving it does. The outer before the inner.
    scopes: Vec<(u32, u32, String)>,
    file: &'a FileCoverage,
}

impl<'a> Describer<'a> {
    /// For the ways of `file`.
    pub(super) fn new(file: &'a FileCoverage) -> Self {
        let last = |name: &str| name.rsplit('.').next().unwrap_or(name).to_owned();
        let functions = file.functions.iter().filter_map(|((start, name), function)| {
            Some((*start, function.end?, format!("return from function '{}'", last(name))))
        });
        let classes = file.classes.iter().filter_map(|((start, name), class)| {
            Some((*start, class.end?, format!("exit class '{}'", last(name))))
        });
        let mut scopes: Vec<_> = functions.chain(classes).collect();
        scopes.sort_by_key(|&(start, _, _)| start);
        Self { scopes, file }
    }

    /// What leaving `line` along `arm` does: `arc_description` of coverage.py's parser.py. `branch` may know; else a line
    /// is jumped to, and anything else leaves the innermost function or class.
    pub(super) fn describe(&self, line: u32, arm: &str, branch: Option<&Branch>) -> String {
        if let Some(description) = branch.and_then(|branch| branch.described.get(arm)) {
            return description.clone();
        }
        if arm.parse::<u32>().is_ok() {
            return format!("jump to line {arm}");
        }
        let behind = self.scopes.partition_point(|&(start, _, _)| start <= line);
        let around = self.scopes[..behind].iter().rfind(|&&(_, end, _)| line <= end);
        match around {
            Some((_, _, leave)) => leave.clone(),
            None if self.file.functions.values().any(|function| function.end.is_none()) => "exit".to_owned(),
            None => "exit the module".to_owned(),
        }
    }
}
