//! The merge of reports: associative, commutative, and the empty report is its identity.

use thiserror::Error;

use crate::report::{FileCoverage, HitKind, Report, Shard};

/// Why two reports cannot be one.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum Conflict {
    /// Two shards measured different text under one name.
    #[error(
        "{0}: measured twice with different text: measure every shard from the same source, or merge only those that were"
    )]
    Source(String),
    /// The same shard came twice.
    #[error("shard {} of {} of the same run came twice", .0.index, .0.total)]
    Shard(Shard),
}

impl Report {
    /// Takes over everything that `other` measured.
    ///
    /// Hits are summed, saturating; where one side knows only yes or no, so does the result. An arm stays untaken only
    /// if no side took it. A line that one side does not have takes the other's hits. Different digests of one file,
    /// and a shard that both sides contain, are conflicts; `self` is then unfinished and must not be used.
    pub fn merge(&mut self, other: Self) -> Result<(), Conflict> {
        for shard in other.shards {
            if let Some(double) = self.shards.replace(shard) {
                return Err(Conflict::Shard(double));
            }
        }
        self.measured_with.extend(other.measured_with);
        for (path, theirs) in other.files {
            match self.files.get_mut(&path) {
                Some(ours)
                    if ours.digest.is_some() && theirs.digest.is_some() && ours.digest != theirs.digest =>
                {
                    return Err(Conflict::Source(path));
                }
                Some(ours) => ours.merge(theirs),
                None => {
                    self.files.insert(path, theirs);
                }
            }
        }
        Ok(())
    }
}

impl FileCoverage {
    /// Takes over what `other` knows of the same text.
    fn merge(&mut self, mut other: Self) {
        let combine = if self.hits == HitKind::YesNo || other.hits == HitKind::YesNo {
            self.forget_counts();
            other.forget_counts();
            u64::max
        } else {
            u64::saturating_add
        };
        // Destructured, so that a new field cannot be forgotten.
        let Self {
            language,
            digest,
            hits: _,
            lines,
            excluded,
            branches,
            functions,
            classes,
            spans,
            length,
            contexts,
        } = other;
        self.language = self.language.take().max(language);
        self.digest = self.digest.or(digest);
        self.lines.merge(&lines, combine);
        self.excluded.extend(excluded);
        self.branches.merge(&branches, combine);
        for (key, theirs) in functions {
            let ours = self.functions.entry(key).or_default();
            ours.body = ours.body.into_iter().chain(theirs.body).min();
            ours.end = ours.end.max(theirs.end);
            ours.hits = match (ours.hits, theirs.hits) {
                (Some(ours), Some(theirs)) => Some(combine(ours, theirs)),
                (ours, theirs) => ours.or(theirs),
            };
        }
        for (key, theirs) in classes {
            let ours = self.classes.entry(key).or_default();
            ours.end = ours.end.max(theirs.end);
        }
        for (first, last) in spans {
            self.spans.entry(first).and_modify(|ours| *ours = last.max(*ours)).or_insert(last);
        }
        self.length = self.length.max(length);
        for (context, lines) in contexts {
            self.contexts.entry(context).or_default().extend(lines);
        }
    }

    /// Turns counts into yes or no.
    fn forget_counts(&mut self) {
        if self.hits == HitKind::YesNo {
            return;
        }
        self.hits = HitKind::YesNo;
        self.lines.map_hits(|hits| hits.min(1));
        for function in self.functions.values_mut() {
            function.hits = function.hits.map(|hits| hits.min(1));
        }
        for branch in self.branches.named.values_mut() {
            branch
                .taken
                .values_mut()
                .chain(branch.uncounted.values_mut())
                .for_each(|count| *count = (*count).min(1));
        }
    }
}
