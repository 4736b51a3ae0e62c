//! What became of each line, and what is missing of its branches.

use std::collections::{BTreeMap, BTreeSet};

use cov_model::{BranchView, Naming};

use crate::summary::FileSummary;

/// What became of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// It ran, and its branches went every way.
    Covered,
    /// It never ran.
    Missing,
    /// It ran, and some of its branches never went some way.
    Partial,
    /// The project excludes it.
    Excluded,
}

/// The states of a file's lines.
#[derive(Debug)]
pub(super) struct States<'a> {
    file: &'a FileSummary<'a>,
    /// Partial branches by line.
    partial: BTreeMap<u32, Vec<&'a BranchView>>,
}

impl State {
    /// The class of the line's element, which is also the key that switches its colour.
    pub(super) fn class(self) -> char {
        match self {
            Self::Covered => 'r',
            Self::Missing => 'm',
            Self::Partial => 'p',
            Self::Excluded => 'x',
        }
    }
}

impl<'a> States<'a> {
    /// The states of the lines of `file`.
    pub(super) fn new(file: &'a FileSummary<'a>) -> Self {
        let mut partial: BTreeMap<u32, Vec<&BranchView>> = BTreeMap::new();
        for view in file.branches.iter().filter(|view| file.coverage.is_partial(view)) {
            partial.entry(view.line).or_default().push(view);
        }
        Self { file, partial }
    }

    /// The state of a line, if it has one. Measured lines count even where they are also excluded.
    pub(super) fn of(&self, line: u32) -> Option<State> {
        match self.file.coverage.lines.get(line) {
            Some(0) => Some(State::Missing),
            _ if self.partial.contains_key(&line) => Some(State::Partial),
            Some(_) => Some(State::Covered),
            None => self.file.coverage.excluded.contains(&line).then_some(State::Excluded),
        }
    }

    /// All lines that have a state.
    pub(super) fn lines(&self) -> BTreeSet<u32> {
        let measured = self.file.coverage.lines.iter().map(|(line, _)| line);
        measured
            .chain(self.partial.keys().copied())
            .chain(self.file.coverage.excluded.iter().copied())
            .collect()
    }

    /// How many lines have a state.
    pub(super) fn count(&self, state: State) -> usize {
        self.lines().into_iter().filter(|&line| self.of(line) == Some(state)).count()
    }

    /// What is missing of a line's branches, each as a clause to follow "line 3".
    pub(super) fn notes(&self, line: u32) -> Vec<Note> {
        self.partial.get(&line).into_iter().flatten().flat_map(|view| self.notes_of(view)).collect()
    }

    fn notes_of(&self, view: &BranchView) -> Vec<Note> {
        if !view.leads_to_lines() {
            return vec![Note::Tally(tally(view))];
        }
        if view.at_least == 0 {
            return vec![Note::Tally("took no branch: it was always left by an exception".to_owned())];
        }
        let note = |arm: &String| match arm.parse() {
            Ok(target) => Note::Jump(target),
            Err(_) => Note::Exit(self.function_left(view)),
        };
        view.untaken.iter().map(note).collect()
    }

    /// The function that an untaken arm of `view` would leave, where the arm says so.
    fn function_left(&self, view: &BranchView) -> Option<String> {
        let coverage = self.file.coverage;
        let site =
            cov_model::Site { line: view.line, block: view.block.clone(), naming: Naming::Destination };
        let mut starts = coverage.branches.named.get(&site)?.untaken.iter().filter_map(|arm| {
            let start: u32 = arm.strip_prefix('-')?.parse().ok()?;
            Some(start)
        });
        let (start, None) = (starts.next()?, starts.next()) else {
            return None;
        };
        let mut names =
            coverage.functions.range((start, String::new())..).take_while(|((line, _), _)| *line == start);
        let ((_, name), _) = names.next()?;
        names.next().is_none().then(|| name.clone())
    }
}

/// What is missing of a branch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Note {
    /// It never jumped to this line.
    Jump(u32),
    /// It never left its function, of this name, or its module.
    Exit(Option<String>),
    /// A clause that tells all.
    Tally(String),
}

/// How many of a branch's arms were taken, and what their names are, where they have any.
fn tally(view: &BranchView) -> String {
    let BranchView { at_least, at_most, arms, untaken, .. } = view;
    if at_most > at_least {
        return format!("took {at_least} to {at_most} of {arms} branches: the report cannot tell which");
    }
    let names = match untaken.as_slice() {
        [] => String::new(),
        [name] => format!(", never branch {name}"),
        names => format!(", never branches {}", names.join(", ")),
    };
    format!("took {at_least} of {arms} branches{names}")
}
