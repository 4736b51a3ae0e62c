//! A merge that is under way: takes over one input after the other, and what manifests lead to.

use std::io::Write;
use std::path::Path;

use cov_model::Report;
use cov_model::manifest::Manifest;
use cov_model::status::{Failure, Status};
use cov_model::stream::Input;

use crate::cli::Args;
use crate::inputs::Inputs;
use crate::measured::Measured;
use crate::part::{self, Part};
use crate::path_map::PathMap;
use crate::shards::Shards;

/// What was taken over so far.
pub(crate) struct Merging<'a> {
    project: &'a Path,
    path_map: PathMap,
    merged: Report,
    shards: Shards,
    measured: Measured,
    /// Whether data files of coverage.py were named that are no fragments of a run.
    has_data_files: bool,
}

impl<'a> Merging<'a> {
    /// Nothing yet.
    pub(crate) fn new(args: &'a Args) -> Self {
        Self {
            project: &args.project,
            path_map: PathMap::new(&args.path_maps),
            merged: Report::default(),
            shards: Shards::default(),
            measured: Measured::default(),
            has_data_files: false,
        }
    }

    /// Takes over what the user named, and what it leads to.
    pub(crate) fn take(&mut self, input: &Input, inputs: &mut Inputs) -> anyhow::Result<()> {
        match part::read(input, self.project, &self.path_map)? {
            Part::Manifest(manifest) => self.take_manifest(input, *manifest, inputs),
            Part::Report(report) => {
                self.shards.add_report(input, &report.shards)?;
                self.add(input, report)
            }
            data => {
                self.has_data_files = true;
                self.take_data(input, data)
            }
        }
    }

    fn take_manifest(
        &mut self,
        input: &Input,
        manifest: Manifest,
        inputs: &mut Inputs,
    ) -> anyhow::Result<()> {
        let shard = manifest.shard();
        let is_of_command = manifest.is_of_command();
        let fragments = if is_of_command { inputs.fragments(input, &manifest)? } else { Vec::new() };
        self.shards.add_manifest(input, manifest)?;
        if is_of_command && shard.total > 1 {
            self.add(input, Report { shards: [shard].into(), ..Report::default() })?;
        }
        for fragment in fragments {
            self.take_fragment(input, fragment)?;
        }
        Ok(())
    }

    /// Takes over what a command measured. Its manifest tells which shard it is of, whatever the measurement says.
    fn take_fragment(&mut self, manifest: &Input, fragment: Input) -> anyhow::Result<()> {
        if matches!(&fragment, Input::File(path) if !path.exists()) {
            self.shards.add_missing_fragment(manifest, fragment);
            return Ok(());
        }
        self.shards.add_fragment();
        match part::read(&fragment, self.project, &self.path_map)? {
            Part::Manifest(_) => anyhow::bail!("{fragment}: a manifest is no fragment of {manifest}"),
            Part::Report(mut report) => {
                report.shards.clear();
                self.add(&fragment, report)
            }
            data => self.take_data(&fragment, data),
        }
    }

    /// Takes over data of coverage.py, which is analysed when all of it is known.
    fn take_data(&mut self, input: &Input, data: Part) -> anyhow::Result<()> {
        match data {
            Part::DataFile(path) => self.measured.add_file(path),
            Part::PackedData(bytes) => self.measured.add_bytes(input, &bytes)?,
            Part::Manifest(_) | Part::Report(_) => {}
        }
        Ok(())
    }

    fn add(&mut self, input: &Input, report: Report) -> anyhow::Result<()> {
        self.merged.merge(report).map_err(|conflict| part::disagreement(input, &conflict).into())
    }

    /// All inputs as one report, and what they tell of shards.
    pub(crate) fn finish(
        mut self,
        args: &Args,
        messages: &mut impl Write,
    ) -> anyhow::Result<(Report, Shards)> {
        if self.has_data_files {
            self.shards.add_whole_report();
        }
        if !self.measured.is_empty() {
            let report = self.measured.into_report(args, &self.path_map, messages)?;
            let merged = self.merged.merge(report);
            merged.map_err(|conflict| Failure::new(Status::Broken, conflict.to_string()))?;
        }
        Ok((self.merged, self.shards))
    }
}
