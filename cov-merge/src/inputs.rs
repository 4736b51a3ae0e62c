//! What the user named, as files, each of them once.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use cov_model::status::{Failure, Status};
use cov_model::stream::Input;
use cov_python::data_file::fragments;
use walkdir::{DirEntry, WalkDir};

/// What coverage.py calls its data files, if nobody says otherwise.
const DATA_FILE: &str = ".coverage";

/// The inputs to read: a directory stands for what cov-run writes, and for coverage.py's data files.
pub(crate) fn expand(named: &[Input]) -> anyhow::Result<Vec<Input>> {
    let named = Input::or_stdin(named).map_err(|twice| Failure::new(Status::Usage, twice.to_string()))?;
    let mut inputs = Vec::new();
    for input in named {
        match input {
            Input::File(path) if path.is_dir() => inputs.extend(files_of(&path)?),
            input => inputs.push(input),
        }
    }
    refuse_doubles(&inputs)?;
    Ok(inputs)
}

/// The profiles and manifests in `directory` and below, by name, and the data files in it. Directories that are hidden,
/// or linked to, are not looked into.
fn files_of(directory: &Path) -> anyhow::Result<Vec<Input>> {
    let is_hidden =
        |entry: &DirEntry| entry.depth() > 0 && entry.file_name().to_string_lossy().starts_with('.');
    let mut files = Vec::new();
    for entry in
        WalkDir::new(directory).sort_by_file_name().into_iter().filter_entry(|entry| !is_hidden(entry))
    {
        let entry = entry.with_context(|| directory.display().to_string())?;
        if !entry.file_type().is_dir() && entry.file_name().to_str().is_some_and(is_of_a_run) {
            files.push(Input::File(entry.into_path()));
        }
    }
    let data_files = fragments::in_directory(directory, DATA_FILE);
    files.extend(data_files.with_context(|| directory.display().to_string())?.into_iter().map(Input::File));
    if files.is_empty() {
        anyhow::bail!(
            "{}: there is no profile-KofN.json, no run-KofN.json and no {DATA_FILE} in this directory: name the files, if they are called otherwise",
            directory.display()
        );
    }
    Ok(files)
}

/// Whether a file of this name is a profile or a manifest of cov-run, packed or not.
fn is_of_a_run(name: &str) -> bool {
    let name = name.strip_suffix(".gz").or(name.strip_suffix(".zst")).unwrap_or(name);
    let shard = name
        .strip_prefix("profile-")
        .or(name.strip_prefix("run-"))
        .and_then(|name| name.strip_suffix(".json"))
        .and_then(|shard| shard.split_once("of"));
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    shard.is_some_and(|(index, total)| is_number(index) && is_number(total))
}

/// Refuses a file that is named twice, by whatever names.
fn refuse_doubles(inputs: &[Input]) -> Result<(), Failure> {
    let mut seen: HashMap<PathBuf, &Input> = HashMap::new();
    for input in inputs {
        let Input::File(path) = input else { continue };
        // A pipe may be what several names lead to, and is no file.
        let Some(real) = fs::canonicalize(path).ok().filter(|real| real.is_file()) else { continue };
        if let Some(first) = seen.insert(real, input) {
            let also = if first == input { String::new() } else { format!(", first as {first}") };
            return Err(Failure::new(
                Status::Broken,
                format!("{input} is given twice{also}: its hits would count twice"),
            ));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_of_cov_run_are_known() {
        for name in ["profile-1of1.json", "run-12of30.json", "profile-2of3.json.gz", "run-2of3.json.zst"] {
            assert!(is_of_a_run(name), "{name}");
        }
        for name in
            ["profile.json", "profile-1of.json", "junit-1of1.xml", "timings.json", "profile-1of1.json.new"]
        {
            assert!(!is_of_a_run(name), "{name}");
        }
    }
}
