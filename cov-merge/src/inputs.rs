//! What the user named, as files, each of them once.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use cov_model::manifest::Manifest;
use cov_model::status::{Failure, Status};
use cov_model::stream::Input;
use cov_python::data_file::fragments;
use walkdir::{DirEntry, WalkDir};

/// What coverage.py calls its data files, if nobody says otherwise.
const DATA_FILE: &str = ".coverage";

/// The inputs to read, and the files that they are.
#[derive(Debug, Default)]
pub(crate) struct Inputs {
    /// What the user named: a directory stands for what cov-run writes, and for coverage.py's data files.
    pub(crate) named: Vec<Input>,
    /// Each file, by its real path.
    seen: HashMap<PathBuf, Input>,
}

impl Inputs {
    /// What the user named; a file that is named twice, by whatever names, is refused.
    pub(crate) fn expand(named: &[Input]) -> anyhow::Result<Self> {
        let named = Input::or_stdin(named).map_err(|twice| Failure::new(Status::Usage, twice.to_string()))?;
        let mut inputs = Self::default();
        for input in named {
            match input {
                Input::File(path) if path.is_dir() => inputs.named.extend(files_of(&path)?),
                input => inputs.named.push(input),
            }
        }
        for input in inputs.named.clone() {
            inputs.take_note(&input)?;
        }
        Ok(inputs)
    }

    /// The files that `manifest` names, which came as `input`: they are inputs as if the user had named them.
    pub(crate) fn fragments(&mut self, input: &Input, manifest: &Manifest) -> anyhow::Result<Vec<Input>> {
        let Input::File(path) = input else {
            let message = "the manifest names files beside it: give it by its name";
            return Err(Failure::new(Status::Usage, format!("{input}: {message}")).into());
        };
        let directory = path.parent().unwrap_or(Path::new(""));
        let fragments: Vec<_> =
            manifest.fragments.iter().map(|name| Input::File(directory.join(name))).collect();
        for fragment in &fragments {
            self.take_note(fragment)?;
        }
        Ok(fragments)
    }

    /// Refuses a file that was named before.
    fn take_note(&mut self, input: &Input) -> Result<(), Failure> {
        let Input::File(path) = input else { return Ok(()) };
        // A pipe may be what several names lead to, and is no file.
        let Some(real) = fs::canonicalize(path).ok().filter(|real| real.is_file()) else { return Ok(()) };
        let Some(first) = self.seen.insert(real, input.clone()) else { return Ok(()) };
        let also = if first == *input { String::new() } else { format!(", first as {first}") };
        Err(Failure::new(Status::Broken, format!("{input} is given twice{also}: its hits would count twice")))
    }
}

/// The profiles and manifests in `directory` and below, by name, and the data files in it. Directories that are hidden,
/// or linked to, are not looked into, nor are cov-run's own for fragments, of which manifests know what counts.
fn files_of(directory: &Path) -> anyhow::Result<Vec<Input>> {
    let is_passed_over = |entry: &DirEntry| {
        let name = entry.file_name().to_string_lossy();
        entry.depth() > 0 && (name.starts_with('.') || entry.file_type().is_dir() && is_of_fragments(&name))
    };
    let mut files = Vec::new();
    for entry in
        WalkDir::new(directory).sort_by_file_name().into_iter().filter_entry(|entry| !is_passed_over(entry))
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
    let shard = name.strip_prefix("profile-").or(name.strip_prefix("run-"));
    shard.and_then(|name| name.strip_suffix(".json")).is_some_and(is_a_shard)
}

/// Whether a directory of this name is what cov-run has the fragments of a shard in, or those of an attempt that failed.
fn is_of_fragments(name: &str) -> bool {
    let shard = name.strip_prefix("fragments-");
    shard.is_some_and(|name| is_a_shard(name.split_once('-').map_or(name, |(shard, _)| shard)))
}

/// Whether `text` is `KofN`.
fn is_a_shard(text: &str) -> bool {
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    text.split_once("of").is_some_and(|(index, total)| is_number(index) && is_number(total))
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
        for name in ["fragments-1of2", "fragments-10of20-attempt-1"] {
            assert!(is_of_fragments(name), "{name}");
        }
        for name in ["fragments", "fragments-linux", "my-fragments-1of2"] {
            assert!(!is_of_fragments(name), "{name}");
        }
    }
}
