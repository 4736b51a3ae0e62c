//! The twelve categories of differential coverage: what became of a line, an arm or a function, by its source and by its
//! coverage.
//!
//! From "Differential coverage: automating coverage analysis" (Henry Cox, arXiv 2008.07947), as lcov's genhtml names them.

use std::ops::AddAssign;

use serde::ser::{Serialize, SerializeMap as _, Serializer};

/// What a report says of something: hit, missed, or (`None`) that it is nothing that can be covered.
pub(crate) type Covered = Option<bool>;

/// What became of something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Category {
    /// New, and not covered.
    UncoveredNew,
    /// Did not change, and lost its coverage.
    LostBaseline,
    /// Did not change, was not measured before, and is not covered.
    UncoveredIncluded,
    /// Did not change, and was not covered before either.
    UncoveredBaseline,
    /// Did not change, and is covered now.
    GainedBaseline,
    /// Did not change, was not measured before, and is covered.
    GainedIncluded,
    /// New, and covered.
    GainedNew,
    /// Did not change, and was covered before too.
    CoveredBaseline,
    /// Did not change, was not covered, and is not measured any more.
    ExcludedUncovered,
    /// Did not change, was covered, and is not measured any more.
    ExcludedCovered,
    /// Gone, and was not covered.
    DeletedUncovered,
    /// Gone, and was covered.
    DeletedCovered,
}

impl Category {
    pub(crate) const ALL: [Self; 12] = [
        Self::UncoveredNew,
        Self::LostBaseline,
        Self::UncoveredIncluded,
        Self::UncoveredBaseline,
        Self::GainedBaseline,
        Self::GainedIncluded,
        Self::GainedNew,
        Self::CoveredBaseline,
        Self::ExcludedUncovered,
        Self::ExcludedCovered,
        Self::DeletedUncovered,
        Self::DeletedCovered,
    ];

    /// lcov's name of it.
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::UncoveredNew => "UNC",
            Self::LostBaseline => "LBC",
            Self::UncoveredIncluded => "UIC",
            Self::UncoveredBaseline => "UBC",
            Self::GainedBaseline => "GBC",
            Self::GainedIncluded => "GIC",
            Self::GainedNew => "GNC",
            Self::CoveredBaseline => "CBC",
            Self::ExcludedUncovered => "EUB",
            Self::ExcludedCovered => "ECB",
            Self::DeletedUncovered => "DUB",
            Self::DeletedCovered => "DCB",
        }
    }

    /// What it means, in words.
    pub(crate) fn meaning(self) -> &'static str {
        match self {
            Self::UncoveredNew => "new, not covered",
            Self::LostBaseline => "unchanged, lost its coverage",
            Self::UncoveredIncluded => "unchanged, newly measured, not covered",
            Self::UncoveredBaseline => "unchanged, not covered before either",
            Self::GainedBaseline => "unchanged, gained coverage",
            Self::GainedIncluded => "unchanged, newly measured, covered",
            Self::GainedNew => "new, covered",
            Self::CoveredBaseline => "unchanged, covered as before",
            Self::ExcludedUncovered => "unchanged, not measured any more, was not covered",
            Self::ExcludedCovered => "unchanged, not measured any more, was covered",
            Self::DeletedUncovered => "deleted, was not covered",
            Self::DeletedCovered => "deleted, was covered",
        }
    }

    /// Of what is new.
    pub(crate) fn added(is_covered: bool) -> Self {
        if is_covered { Self::GainedNew } else { Self::UncoveredNew }
    }

    /// Of what is gone.
    pub(crate) fn deleted(was_covered: bool) -> Self {
        if was_covered { Self::DeletedCovered } else { Self::DeletedUncovered }
    }

    /// Of what did not change; nothing where it neither was nor is measured.
    pub(crate) fn unchanged(before: Covered, now: Covered) -> Option<Self> {
        Some(match (before, now) {
            (None, None) => return None,
            (None, Some(true)) => Self::GainedIncluded,
            (None, Some(false)) => Self::UncoveredIncluded,
            (Some(true), Some(true)) => Self::CoveredBaseline,
            (Some(true), Some(false)) => Self::LostBaseline,
            (Some(false), Some(true)) => Self::GainedBaseline,
            (Some(false), Some(false)) => Self::UncoveredBaseline,
            (Some(true), None) => Self::ExcludedCovered,
            (Some(false), None) => Self::ExcludedUncovered,
        })
    }
}

/// How many there are of each category.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts([u64; 12]);

impl Counts {
    /// Counts `count` more.
    pub(crate) fn add(&mut self, category: Category, count: u64) {
        self.0[category as usize] += count;
    }

    /// How many there are of `category`.
    pub(crate) fn of(&self, category: Category) -> u64 {
        self.0[category as usize]
    }
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.0.iter_mut().zip(other.0).for_each(|(ours, theirs)| *ours += theirs);
    }
}

/// As an object of all twelve, by lcov's names.
impl Serialize for Counts {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(12))?;
        for category in Category::ALL {
            map.serialize_entry(category.code(), &self.of(category))?;
        }
        map.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_transition_has_a_category_of_its_own() {
        let states = [None, Some(false), Some(true)];
        let mut seen: Vec<Category> = states
            .into_iter()
            .flat_map(|before| states.into_iter().filter_map(move |now| Category::unchanged(before, now)))
            .chain([true, false].into_iter().flat_map(|yes| [Category::added(yes), Category::deleted(yes)]))
            .collect();
        seen.sort_unstable();
        assert_eq!(seen, Category::ALL);
        let mut counts = Counts::default();
        for category in Category::ALL {
            counts.add(category, 1);
        }
        assert_eq!(counts, Counts([1; 12]));
    }
}
