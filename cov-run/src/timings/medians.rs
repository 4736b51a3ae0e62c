//! What an unknown test is likely to take: the median of those around it, which one slow test does not drag along.

use std::collections::{BTreeMap, HashMap};

use super::FileTimings;

/// The medians of files and directories, in microseconds. The directory of all is the empty path.
#[derive(Clone, Debug, Default)]
pub(super) struct Medians {
    tests: HashMap<String, u64>,
    imports: HashMap<String, u64>,
}

impl Medians {
    pub(super) fn of(files: &BTreeMap<String, FileTimings>) -> Self {
        let mut tests: HashMap<&str, Vec<u64>> = HashMap::new();
        let mut imports: HashMap<&str, Vec<u64>> = HashMap::new();
        for (name, file) in files {
            for place in places(name) {
                imports.entry(place).or_default().extend(file.import.mean());
                tests.entry(place).or_default().extend(file.tests.values().filter_map(|test| test.mean()));
            }
        }
        Self { tests: medians(tests), imports: medians(imports) }
    }

    /// The median of the tests of `file`, else of the nearest directory around it that has any.
    pub(super) fn test(&self, file: &str) -> Option<u64> {
        places(file).find_map(|place| self.tests.get(place).copied())
    }

    /// The median of the imports of the nearest directory around `file` that has any.
    pub(super) fn import(&self, file: &str) -> Option<u64> {
        places(file).find_map(|place| self.imports.get(place).copied())
    }
}

/// A file, the directories that it is in, from the inside out, and the empty path.
fn places(file: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(file), |place| {
        (!place.is_empty()).then(|| place.rfind('/').map_or("", |slash| &place[..slash]))
    })
}

/// The median of each, of an even number the upper one.
fn medians(values: HashMap<&str, Vec<u64>>) -> HashMap<String, u64> {
    let median = |mut values: Vec<u64>| {
        let middle = values.len() / 2;
        (!values.is_empty()).then(|| *values.select_nth_unstable(middle).1)
    };
    values.into_iter().filter_map(|(place, values)| Some((place.to_owned(), median(values)?))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_go_from_the_inside_out() {
        assert_eq!(places("a/b/c.py").collect::<Vec<_>>(), ["a/b/c.py", "a/b", "a", ""]);
        assert_eq!(places("c.py").collect::<Vec<_>>(), ["c.py", ""]);
        assert_eq!(places("/c.py").collect::<Vec<_>>(), ["/c.py", ""]);
    }
}
