//! The Python that runs inside pytest, carried in this binary and written out for each run.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;

const WORKER: &str = "worker.py";

const FILES: &[(&str, &str)] = &[
    (WORKER, include_str!("../python/worker.py")),
    ("cov_run_worker/__init__.py", include_str!("../python/cov_run_worker/__init__.py")),
    ("cov_run_worker/collection.py", include_str!("../python/cov_run_worker/collection.py")),
    ("cov_run_worker/contexts.py", include_str!("../python/cov_run_worker/contexts.py")),
    ("cov_run_worker/imports.py", include_str!("../python/cov_run_worker/imports.py")),
    ("cov_run_worker/cov_fixtures.py", include_str!("../python/cov_run_worker/cov_fixtures.py")),
    ("cov_run_worker/deadline.py", include_str!("../python/cov_run_worker/deadline.py")),
    ("cov_run_worker/ending.py", include_str!("../python/cov_run_worker/ending.py")),
    ("cov_run_worker/forkable.py", include_str!("../python/cov_run_worker/forkable.py")),
    ("cov_run_worker/inputs.py", include_str!("../python/cov_run_worker/inputs.py")),
    ("cov_run_worker/introduction.py", include_str!("../python/cov_run_worker/introduction.py")),
    ("cov_run_worker/journal.py", include_str!("../python/cov_run_worker/journal.py")),
    ("cov_run_worker/landmarks.py", include_str!("../python/cov_run_worker/landmarks.py")),
    ("cov_run_worker/line_monitor.py", include_str!("../python/cov_run_worker/line_monitor.py")),
    ("cov_run_worker/listing.py", include_str!("../python/cov_run_worker/listing.py")),
    ("cov_run_worker/listeners.py", include_str!("../python/cov_run_worker/listeners.py")),
    ("cov_run_worker/relay.py", include_str!("../python/cov_run_worker/relay.py")),
    ("cov_run_worker/reporter.py", include_str!("../python/cov_run_worker/reporter.py")),
    ("cov_run_worker/exits.py", include_str!("../python/cov_run_worker/exits.py")),
    ("cov_run_worker/live.py", include_str!("../python/cov_run_worker/live.py")),
    ("cov_run_worker/loop.py", include_str!("../python/cov_run_worker/loop.py")),
    ("cov_run_worker/measure.py", include_str!("../python/cov_run_worker/measure.py")),
    ("cov_run_worker/monitor.py", include_str!("../python/cov_run_worker/monitor.py")),
    ("cov_run_worker/options.py", include_str!("../python/cov_run_worker/options.py")),
    ("cov_run_worker/plugin.py", include_str!("../python/cov_run_worker/plugin.py")),
    ("cov_run_worker/protocol.py", include_str!("../python/cov_run_worker/protocol.py")),
    ("cov_run_worker/reordering.py", include_str!("../python/cov_run_worker/reordering.py")),
    ("cov_run_worker/reports.py", include_str!("../python/cov_run_worker/reports.py")),
    ("cov_run_worker/zygote.py", include_str!("../python/cov_run_worker/zygote.py")),
    ("cov_run_worker/watch.py", include_str!("../python/cov_run_worker/watch.py")),
    ("cov_run_worker/ways.py", include_str!("../python/cov_run_worker/ways.py")),
    ("cov_run_worker/xdist_fixtures.py", include_str!("../python/cov_run_worker/xdist_fixtures.py")),
];

/// Where the Python was written to.
#[derive(Clone, Debug)]
pub struct Plugin {
    directory: PathBuf,
}

impl Plugin {
    /// Writes the Python below `directory`, which must exist.
    pub fn write(directory: &Path) -> anyhow::Result<Self> {
        for (name, text) in FILES {
            let path = directory.join(name);
            let parent = path.parent().unwrap_or(directory);
            fs::create_dir_all(parent).with_context(|| parent.display().to_string())?;
            fs::write(&path, text).with_context(|| path.display().to_string())?;
        }
        Ok(Self { directory: directory.to_owned() })
    }

    /// The script of a worker.
    pub fn worker(&self) -> PathBuf {
        self.directory.join(WORKER)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_of_the_package_is_carried() {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("python/cov_run_worker");
        for entry in fs::read_dir(source).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|extension| extension == "py") {
                assert!(FILES.iter().any(|(carried, _)| path.ends_with(carried)), "{path:?}");
            }
        }
    }
}
