//! The page of one file: its source with what became of each line.

use std::fmt::{self, Write as _};

use cov_model::ranges::{runs_within, shown};
use cov_model::{HitKind, Ratio};

use super::escape::{Attribute, Escaped};
use super::frame::{self, Neighbours};
use super::functions;
use super::gauge::Gauge;
use super::python::{Highlighter, is_python};
use super::state::{Note, State, States};
use crate::contexts::{Contexts, contexts_by_line};
use crate::source::{Source, Trust};
use crate::summary::{FileSummary, printable};

/// What all pages have in common.
#[derive(Clone, Copy, Debug)]
pub(super) struct Setting<'a> {
    /// The title of the report.
    pub(super) title: &'a str,
    /// How percentages are shown.
    pub(super) gauge: Gauge,
    /// Whether there is a style sheet of the project's own.
    pub(super) has_extra_css: bool,
    /// Whether lines show the contexts that ran them.
    pub(super) show_contexts: bool,
}

/// Appends the page of `file` to `html`.
pub(super) fn page(
    file: &FileSummary<'_>,
    source: &Source,
    neighbours: Neighbours<'_>,
    setting: Setting<'_>,
    html: &mut String,
) -> fmt::Result {
    let states = States::new(file);
    let title = format!("{} {}", setting.gauge.percent(file.totals.combined()), file.name);
    frame::open(&title, "file", neighbours, setting.has_extra_css, html)?;
    header(file, &states, neighbours, setting, html)?;
    warning(source.trust, html)?;
    missing(file, &states, html)?;
    functions::functions(file, setting.gauge, html)?;
    let contexts = if setting.show_contexts { contexts_by_line(file.coverage) } else { Contexts::new() };
    lines(file, &states, &contexts, source, html)?;
    frame::close(html)
}

fn header(
    file: &FileSummary<'_>,
    states: &States<'_>,
    neighbours: Neighbours<'_>,
    setting: Setting<'_>,
    html: &mut String,
) -> fmt::Result {
    let gauge = setting.gauge;
    let combined = file.totals.combined();
    let (directory, name) = file.directory_and_base();
    write!(
        html,
        "<header>\n<div class=bar><h1><a href=index.html>{}</a> <span>{}<b>{}</b></span></h1>\
        <strong class={}>{}</strong>\
        <nav><a href=\"{}\" title=\"previous file ([)\" aria-label=\"previous file\">&larr;</a> <a href=\"{}\" title=\"next file (])\" aria-label=\"next file\">&rarr;</a></nav></div>\n\
        <div class=bar>",
        Escaped(setting.title),
        Escaped(directory),
        Escaped(name),
        gauge.class(combined),
        gauge.percent(combined),
        neighbours.previous,
        neighbours.next,
    )?;
    for (state, noun) in [
        (State::Covered, "covered"),
        (State::Missing, "missing"),
        (State::Partial, "partial"),
        (State::Excluded, "excluded"),
    ] {
        let class = state.class();
        let count = states.count(state);
        let pressed = state != State::Covered;
        write!(html, "<button class={class} aria-pressed={pressed}>{count} {noun}</button>")?;
    }
    ratios(file.totals.lines, file.totals.branches, file.totals.functions, gauge, html)?;
    html.push_str("</div>\n</header>\n");
    Ok(())
}

/// Lines, branches and functions, each with its bar.
pub(super) fn ratios(
    lines: Ratio,
    branches: Ratio,
    functions: Ratio,
    gauge: Gauge,
    html: &mut String,
) -> fmt::Result {
    html.push_str("<dl>");
    for (noun, ratio) in [("Lines", lines), ("Branches", branches), ("Functions", functions)] {
        if ratio.total > 0 {
            write!(
                html,
                "<div><dt>{noun}<dd>{} <small>{}/{}</small>",
                gauge.percent(ratio),
                ratio.covered,
                ratio.total
            )?;
            gauge.bar(ratio, html)?;
            html.push_str("</div>");
        }
    }
    html.push_str("</dl>");
    Ok(())
}

fn warning(trust: Trust, html: &mut String) -> fmt::Result {
    let what = match trust {
        Trust::Same | Trust::Unknown => return Ok(()),
        Trust::Changed => "this source has changed since it was measured".to_owned(),
        Trust::TooShort(line) => {
            format!("this source has no line {line}, and the report has: it is not the one that was measured")
        }
        Trust::Absent => {
            let what = "the source could not be read below the root of the project (<code>--project</code>). \
                These are the lines that the report speaks of, without their text.";
            return frame::warn(what, html);
        }
    };
    let remedy = "Marks may stand at the wrong lines: measure again, or render the report beside the source that was measured.";
    frame::warn(&format!("{what}. {remedy}"), html)
}

/// What is missing, with links: for readers without keys, and to see it at a glance.
fn missing(file: &FileSummary<'_>, states: &States<'_>, html: &mut String) -> fmt::Result {
    let all: Vec<u32> = states.lines().into_iter().collect();
    let bad: Vec<u32> = all
        .iter()
        .copied()
        .filter(|&line| matches!(states.of(line), Some(State::Missing | State::Partial)))
        .collect();
    if bad.is_empty() {
        return Ok(());
    }
    let missed: Vec<u32> = file.coverage.lines.missed().collect();
    let mut items: Vec<((u32, u32), State)> =
        runs_within(&missed, &all).into_iter().map(|run| (run, State::Missing)).collect();
    let partial = bad.iter().filter(|&&line| states.of(line) == Some(State::Partial));
    items.extend(partial.map(|&line| ((line, line), State::Partial)));
    items.sort_by_key(|&(run, _)| run);
    let noun = if items.len() == 1 { "place" } else { "places" };
    write!(html, "<details><summary>{} {noun} not covered</summary><p>", items.len())?;
    for (run, state) in items {
        write!(html, "<a class={} href=#L{}>{}</a> ", state.class(), run.0, shown(run))?;
    }
    html.push_str("</p></details>\n");
    Ok(())
}

fn lines(
    file: &FileSummary<'_>,
    states: &States<'_>,
    contexts: &Contexts<'_>,
    source: &Source,
    html: &mut String,
) -> fmt::Result {
    let counts = file.coverage.hits == HitKind::Counts;
    writeln!(html, "<main id=source class=\"no-r{}\" tabindex=-1>", if counts { " counts" } else { "" })?;
    match &source.text {
        Some(text) => {
            let mut highlighter = is_python(file).then(Highlighter::default);
            for (line, text) in (1..).zip(text.split_terminator('\n')) {
                open_line(file, states, line, html)?;
                match &mut highlighter {
                    Some(highlighter) => highlighter.line(text, html)?,
                    None => write!(html, "{}", Escaped(text))?,
                }
                notes(states, line, html)?;
                ran_by(contexts, line, html)?;
                html.push('\n');
            }
        }
        None => {
            for line in states.lines() {
                open_line(file, states, line, html)?;
                notes(states, line, html)?;
                ran_by(contexts, line, html)?;
                html.push('\n');
            }
        }
    }
    html.push_str("</main>\n");
    Ok(())
}

/// A line's number, sign and hits. The sign is in the style sheet, so that it is never copied along.
fn open_line(file: &FileSummary<'_>, states: &States<'_>, line: u32, html: &mut String) -> fmt::Result {
    match states.of(line) {
        Some(state) => write!(html, "<p id=L{line} class={}>", state.class())?,
        None => write!(html, "<p id=L{line}>")?,
    }
    write!(html, "<a href=#L{line}>{line}</a>")?;
    if file.coverage.hits == HitKind::Counts {
        match file.coverage.lines.get(line) {
            Some(hits @ 100_000..) => write!(html, "<small title={hits}>{}</small>", short_count(hits))?,
            Some(hits) => write!(html, "<small>{hits}</small>")?,
            None => html.push_str("<small></small>"),
        }
    }
    Ok(())
}

/// A great number of hits in at most four characters: `123k`, `45M`, `18E`.
fn short_count(hits: u64) -> String {
    let (mut number, mut units) = (hits, " kMGTPE".chars());
    let mut unit = units.next();
    while number >= 1000 {
        number /= 1000;
        unit = units.next();
    }
    format!("{number}{}", unit.unwrap_or(' '))
}

fn notes(states: &States<'_>, line: u32, html: &mut String) -> fmt::Result {
    for note in states.notes(line) {
        write!(html, "<em>line {line} ")?;
        match note {
            Note::Jump(target) => write!(html, "never jumped to <a href=#L{target}>line {target}</a>")?,
            Note::Exit(Some(name)) => write!(html, "never left the function {} (exit)", Escaped(&name))?,
            Note::Exit(None) => html.push_str("never left its function or module (exit)"),
            Note::Tally(clause) => write!(html, "{}", Escaped(&clause))?,
        }
        html.push_str("</em>");
    }
    Ok(())
}

/// The contexts that ran a line: a name, or how many there are, with the first of them where the pointer rests.
fn ran_by(contexts: &Contexts<'_>, line: u32, html: &mut String) -> fmt::Result {
    const MOST_NAMES: usize = 20;
    let Some(contexts) = contexts.get(&line) else {
        return Ok(());
    };
    let name = |context: &&str| if context.is_empty() { "no context".to_owned() } else { printable(context) };
    let mut names: Vec<String> = contexts.iter().take(MOST_NAMES).map(name).collect();
    if let [name] = names.as_slice() {
        return write!(html, "<em class=c>{}</em>", Escaped(name));
    }
    if contexts.len() > names.len() {
        names.push(format!("and {} more", contexts.len() - names.len()));
    }
    let (count, names) = (contexts.len(), names.join(", "));
    write!(html, "<em class=c title=\"{}\">{count} contexts</em>", Attribute(&names))
}
