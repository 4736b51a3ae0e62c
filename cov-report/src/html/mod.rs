//! HTML: an index and a page for each file, to be read from disk.

mod directory;
mod escape;
mod frame;
mod functions;
mod gauge;
mod index;
mod names;
mod page;
mod python;
mod state;

use std::num::NonZero;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::{fs, thread};

use anyhow::Context as _;

use crate::options::Options;
use crate::order::compare_names;
use crate::source::{Source, Trust};
use crate::summary::{FileSummary, Summary};
use directory::Directory;
use frame::Neighbours;
use gauge::Gauge;
use index::Row;
use page::Setting;

/// Writes the pages of `summary` into the directory `path`, and gives the warnings that its reader gets there.
pub fn write(summary: &Summary<'_>, options: &Options, path: &Path) -> anyhow::Result<Vec<String>> {
    let skip = options.html.skip;
    let (mut covered, mut empty) = (0, 0);
    let mut files: Vec<&FileSummary<'_>> = Vec::new();
    for file in &summary.files {
        if skip.covered && file.is_covered() {
            covered += 1;
        } else if skip.empty && file.is_empty() {
            empty += 1;
        } else {
            files.push(file);
        }
    }
    files.sort_by(|left, right| compare_names(&left.name, &right.name));
    let extra_css = options
        .html
        .extra_css
        .as_ref()
        .map(|css| fs::read(css).with_context(|| format!("{}: [html] extra_css", css.display())))
        .transpose()?;
    let setting = Setting {
        title: &options.html.title,
        gauge: Gauge::new(options.html.fail_under, options.precision),
        has_extra_css: extra_css.is_some(),
        show_contexts: options.html.show_contexts,
    };

    // Names are of all files, so that those of the pages do not change with what is left out.
    let all = names::page_names(summary.files.iter().map(|file| file.path));
    let by_path: std::collections::HashMap<&str, &str> =
        summary.files.iter().map(|file| file.path).zip(all.iter().map(String::as_str)).collect();
    let names: Vec<&str> = files.iter().map(|file| by_path[file.path]).collect();

    let directory = Directory::open(path)?;
    directory.announce(names.iter().copied())?;
    directory.write("style.css", include_bytes!("style.css"))?;
    directory.write("script.js", include_bytes!("script.js"))?;
    if let Some(css) = extra_css {
        directory.write("extra.css", &css)?;
    }
    let trusts = write_pages(&files, &names, setting, options, &directory)?;
    let rows: Vec<Row<'_>> = files
        .iter()
        .zip(&names)
        .zip(&trusts)
        .map(|((file, page), &trust)| Row { file, page, trust })
        .collect();
    let mut html = String::new();
    index::index(summary, &rows, covered, empty, setting, &mut html)?;
    directory.write("index.html", html.as_bytes())?;
    directory.clear(names.iter().copied())?;
    Ok(warnings(&rows))
}

/// Writes the pages on all processors; what each source was worth.
fn write_pages(
    files: &[&FileSummary<'_>],
    names: &[&str],
    setting: Setting<'_>,
    options: &Options,
    directory: &Directory,
) -> anyhow::Result<Vec<Trust>> {
    let next = AtomicUsize::new(0);
    let work = || {
        let mut done = Vec::new();
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(file) = files.get(index) else {
                return Ok(done);
            };
            let name = |index: usize| names.get(index).copied().unwrap_or("index.html");
            let neighbours = Neighbours {
                previous: index.checked_sub(1).map_or("index.html", name),
                next: name(index + 1),
            };
            let source = Source::read(&options.root.join(file.path), &options.root, file.coverage);
            let mut html = String::new();
            page::page(file, &source, neighbours, setting, &mut html)?;
            directory.write(names[index], html.as_bytes())?;
            done.push((index, source.trust));
        }
    };
    let processors = thread::available_parallelism().map_or(1, NonZero::get);
    let mut trusts = vec![Trust::Unknown; files.len()];
    thread::scope(|scope| {
        let workers: Vec<_> = (0..processors.min(files.len())).map(|_| scope.spawn(work)).collect();
        for worker in workers {
            let done: anyhow::Result<Vec<(usize, Trust)>> =
                worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            for (index, trust) in done? {
                trusts[index] = trust;
            }
        }
        Ok(trusts)
    })
}

fn warnings(rows: &[Row<'_>]) -> Vec<String> {
    let named = |is_meant: fn(Trust) -> bool| {
        let mut names = rows.iter().filter(move |row| is_meant(row.trust)).map(|row| row.file.name.as_str());
        let first = names.next()?;
        let more = names.count();
        Some(if more == 0 { first.to_owned() } else { format!("{first} and {more} more") })
    };
    let mut warnings = Vec::new();
    if let Some(files) = named(|trust| matches!(trust, Trust::Changed | Trust::TooShort(_))) {
        warnings.push(format!("{files}: the source has changed since it was measured: measure again"));
    }
    if let Some(files) = named(|trust| trust == Trust::Absent) {
        warnings.push(format!(
            "{files}: the source was not found: give --project the directory that paths start from"
        ));
    }
    warnings
}
