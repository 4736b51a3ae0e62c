//! The configuration under which coverage.py measures the shards of a command.

use std::env;
use std::fmt::Write as _;
use std::path::{Path, absolute};

use cov_model::config::{Configuration, RunConfig, process_environment};

use crate::cli::Args;
use crate::refusal::Refusal;

/// Its name in the temporary directory of a shard.
pub(super) const NAME: &str = "coveragerc";

/// The text of a `coveragerc`: what the project configures of measuring, with a data file for each process, so that none
/// overwrites another's.
///
/// Paths become absolute: a test may start a process elsewhere. Options of plug-ins are not known here, so a project that
/// has some must itself ask for parallel data files.
pub(super) fn text(args: &Args) -> anyhow::Result<String> {
    let directory = env::current_dir()?;
    let configuration = Configuration::read(&directory, None, &process_environment)
        .map_err(|error| Refusal::usage(error.to_string()))?;
    let run = &configuration.coverage.run;
    if !run.plugins.is_empty() {
        let path = configuration.path.unwrap_or_default();
        return Err(Refusal::usage(format!(
            "{}: coverage.py's plug-ins have options of their own, so there is no preset for them: set [run] parallel, \
             COVERAGE_PROCESS_START and COVERAGE_FILE={{out}}/.coverage yourself",
            path.display()
        )));
    }
    Ok(written(run, args, &directory))
}

fn written(run: &RunConfig, args: &Args, directory: &Path) -> String {
    let mut text = "# Made by cov-run.\n[run]\nparallel = true\nsigterm = true\n".to_owned();
    let mut put = |name: &str, values: &[String]| {
        // A value that is no list must stand on the line of its name.
        let separator = if values.len() == 1 { " " } else { "\n    " };
        if !values.is_empty() {
            let _ = write!(text, "{name} =");
            for value in values {
                let _ = write!(text, "{separator}{}", value.replace('$', "$$"));
            }
            text.push('\n');
        }
    };
    let flag = |is_set: bool| if is_set { vec!["true".to_owned()] } else { Vec::new() };
    let option = |value: &Option<String>| value.iter().cloned().collect::<Vec<_>>();
    put("branch", &flag(run.branch || args.branch));
    put("concurrency", &run.concurrency);
    put("context", &option(&run.context));
    put("core", &option(&run.core));
    put("cover_pylib", &flag(run.cover_pylib));
    put("disable_warnings", &run.disable_warnings);
    put("dynamic_context", &option(&run.dynamic_context));
    put("relative_files", &flag(run.relative_files));
    put("timid", &flag(run.timid));
    put("patch", &run.patch);
    let place = |path: &String| match absolute(directory.join(path)) {
        Ok(absolute) if absolute.is_dir() => absolute.to_string_lossy().into_owned(),
        _ => path.clone(),
    };
    let has_own_sources = args.source.is_empty()
        && !(run.source.is_empty() && run.source_dirs.is_empty() && run.source_pkgs.is_empty());
    if has_own_sources {
        put("source", &run.source.iter().map(place).collect::<Vec<_>>());
        put("source_dirs", &run.source_dirs.iter().map(place).collect::<Vec<_>>());
        put("source_pkgs", &run.source_pkgs);
    } else if args.source.is_empty() && run.include.is_empty() {
        put("source", &[directory.to_string_lossy().into_owned()]);
    } else {
        put("source", &args.source.iter().map(place).collect::<Vec<_>>());
    }
    // As coverage.py's `prep_patterns` has it: what begins with a wildcard is for any directory.
    let pattern = |pattern: &String| {
        let is_for_any = pattern.starts_with(['*', '?', '[']);
        let placed = directory.join(pattern).to_string_lossy().into_owned();
        if is_for_any { pattern.clone() } else { placed }
    };
    put("include", &run.include.iter().map(pattern).collect::<Vec<_>>());
    put("omit", &run.omit.iter().map(pattern).collect::<Vec<_>>());
    text
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;

    #[track_caller]
    fn check(run: &RunConfig, args: &[&str], expected: &[&str]) {
        let args = Args::parse_from([&["cov-run", "--cmd"], args].concat());
        let text = written(run, &args, Path::new("/proj"));
        let head = ["# Made by cov-run.", "[run]", "parallel = true", "sigterm = true"];
        assert_eq!(text.lines().collect::<Vec<_>>(), [&head, expected].concat());
    }

    #[test]
    fn a_project_without_configuration_is_measured_as_a_whole() {
        check(&RunConfig::default(), &[], &["source = /proj"]);
        let args = ["--branch", "--source", "shop"];
        check(&RunConfig::default(), &args, &["branch = true", "source = shop"]);
    }

    #[test]
    fn what_the_project_configures_is_kept() {
        let run = RunConfig {
            branch: true,
            omit: vec!["tests/*".to_owned(), "*/gen$x.py".to_owned()],
            source_pkgs: vec!["shop".to_owned()],
            ..RunConfig::default()
        };
        let expected =
            ["branch = true", "source_pkgs = shop", "omit =", "    /proj/tests/*", "    */gen$$x.py"];
        check(&run, &[], &expected);
    }
}
