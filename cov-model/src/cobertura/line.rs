//! One `<line>` of a document: its hits, and what it tells of its branch.

use std::collections::{BTreeSet, HashMap};

use quick_xml::events::BytesStart;

use super::document::{once, set};

/// A `<line>` while it is read.
#[derive(Debug, Default)]
pub(super) struct Line {
    pub(super) number: u32,
    pub(super) hits: u64,
    /// Taken and all arms, as `condition-coverage` has them.
    fraction: Option<(u32, u32)>,
    /// The value of `missing-branches`, which is coverage.py's own.
    missing: Option<String>,
    /// For each `<condition>` whether it is covered, where it is wholly or not at all.
    conditions: Vec<Option<bool>>,
}

/// What a line tells of its branch.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Told {
    /// So many arms of so many were taken.
    Fraction { taken: u32, arms: u32 },
    /// These of so many arms were not taken (coverage.py).
    Missing { names: BTreeSet<String>, arms: u32 },
    /// Of each arm, in their order, whether it was taken (grcov).
    Arms(Vec<bool>),
}

impl Line {
    /// Reads the attributes of a `<line>`.
    pub(super) fn open(tag: &BytesStart<'_>) -> Result<Self, String> {
        let (mut number, mut hits, mut denied, mut fraction, mut missing) = (None, None, None, None, None);
        for attribute in tag.attributes().with_checks(false) {
            let attribute = attribute.map_err(|error| error.to_string())?;
            let value = attribute.value.as_ref();
            match attribute.key.as_ref() {
                key @ "number" => once(&mut number, key, line_number(value)?)?,
                key @ "hits" => once(&mut hits, key, hit_count(value)?)?,
                key @ "branch" => once(&mut denied, key, value.eq_ignore_ascii_case("false"))?,
                key @ "condition-coverage" => once(&mut fraction, key, fraction_of(value)?)?,
                "missing-branches" => set(&mut missing, &attribute)?,
                _ => {}
            }
        }
        Ok(Self {
            number: number.ok_or("line has no number")?,
            hits: hits.ok_or("line has no hits")?,
            // Some writers leave `branch` out, and tell of arms all the same.
            fraction: fraction.flatten().filter(|_| denied != Some(true)),
            missing,
            conditions: Vec::new(),
        })
    }

    /// Takes note of a `<condition>` of this line.
    pub(super) fn add_condition(&mut self, tag: &BytesStart<'_>) -> Result<(), String> {
        let mut coverage = None;
        for attribute in tag.attributes().with_checks(false) {
            let attribute = attribute.map_err(|error| error.to_string())?;
            if attribute.key.as_ref() == "coverage" {
                once(&mut coverage, "coverage", covered_wholly(&attribute.value))?;
            }
        }
        self.conditions.push(coverage.flatten());
        Ok(())
    }

    /// What the whole line told of its branch; nothing where it is none, or arms are not counted.
    pub(super) fn told(self) -> Option<Told> {
        let (taken, arms) = self.fraction?;
        if let Some(missing) = self.missing {
            let names = distinct(missing.split(',').map(str::trim).filter(|name| !name.is_empty()));
            if names.len() == (arms - taken) as usize {
                return Some(Told::Missing { names, arms });
            }
        }
        // A condition is an arm where there are as many. Other writers have one for each decision, of two arms or more.
        if self.conditions.len() == arms as usize
            && let Some(each) = self.conditions.into_iter().collect::<Option<Vec<bool>>>()
            && each.iter().filter(|&&is_taken| is_taken).count() == taken as usize
        {
            return Some(Told::Arms(each));
        }
        Some(Told::Fraction { taken, arms })
    }
}

/// The names, made distinct: a line can leave several scopes, and each is called `exit`.
fn distinct<'a>(names: impl Iterator<Item = &'a str>) -> BTreeSet<String> {
    let mut seen: HashMap<&str, u32> = HashMap::new();
    names
        .map(|name| {
            let count = seen.entry(name).or_default();
            *count += 1;
            if *count == 1 { name.to_owned() } else { format!("{name}#{count}") }
        })
        .collect()
}

/// A 1-based line number.
fn line_number(text: &str) -> Result<u32, String> {
    match text.trim().parse() {
        Ok(0) => Err("line 0 cannot be: lines are numbered from 1".to_owned()),
        Ok(number) => Ok(number),
        Err(_) if is_whole(text.trim()) => Err(format!("line number {text} is too large")),
        Err(_) => Err(format!("line number {text:?} is not a number")),
    }
}

/// A number of hits. Writers whose counters overflow, or that reckon in floating point, mean a count all the same: below
/// 0 is 0, what is too large is the largest, and fractions are cut off, but never to 0.
fn hit_count(text: &str) -> Result<u64, String> {
    let text = text.trim();
    if let Ok(hits) = text.parse() {
        return Ok(hits);
    }
    let is_number = |byte: u8| byte.is_ascii_digit() || b"+-.eE".contains(&byte);
    match text.parse::<f64>() {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "`as` saturates")]
        Ok(hits) if text.bytes().all(is_number) => Ok((hits as u64).max(u64::from(hits > 0.0))),
        _ => Err(format!("hits {text:?} is not a number")),
    }
}

/// Taken and all arms of `50% (1/2)`; nothing where arms are not counted. The percentage is not looked at.
fn fraction_of(text: &str) -> Result<Option<(u32, u32)>, String> {
    let Some((_, behind)) = text.split_once('(') else {
        return Ok(None);
    };
    let refusal = || format!("condition-coverage {text:?} is not like \"50% (1/2)\"");
    let inside = behind.trim_end().strip_suffix(')').ok_or_else(refusal)?;
    let (taken, arms) = inside.split_once('/').ok_or_else(refusal)?;
    let number = |text: &str| text.trim().parse::<u32>().map_err(|_| refusal());
    let (taken, arms) = (number(taken)?, number(arms)?);
    if taken > arms {
        return Err(format!("condition-coverage {text:?} has more arms taken than there are"));
    }
    Ok((arms > 0).then_some((taken, arms)))
}

/// Whether a condition is covered, where it is wholly or not at all.
fn covered_wholly(text: &str) -> Option<bool> {
    match text.trim() {
        "0" | "0%" => Some(false),
        "1" | "100%" => Some(true),
        _ => None,
    }
}

fn is_whole(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hits_of_all_kinds_are_counts() {
        for (text, expected) in [
            ("0", 0),
            (" 7 ", 7),
            ("18446744073709551615", u64::MAX),
            ("99999999999999999999999", u64::MAX),
            ("-1", 0),
            ("-9223372036854775808", 0),
            ("1e+06", 1_000_000),
            ("1.0", 1),
            ("0.5", 1),
        ] {
            assert_eq!(hit_count(text), Ok(expected), "{text}");
        }
        for text in ["", "x", "NaN", "inf", "1,5", "0x10", "1 2", "--1"] {
            assert!(hit_count(text).is_err(), "{text}");
        }
    }

    #[test]
    fn line_numbers_are_counted_from_one_to_the_end_of_u32() {
        assert_eq!(line_number("4294967295"), Ok(u32::MAX));
        assert_eq!(line_number("4294967296").unwrap_err(), "line number 4294967296 is too large");
        assert_eq!(line_number("-1").unwrap_err(), "line number \"-1\" is not a number");
        assert!(line_number("0").unwrap_err().contains("numbered from 1"));
    }

    #[test]
    fn the_arms_are_those_in_parentheses() {
        for (text, expected) in [
            ("50% (1/2)", Some((1, 2))),
            ("50.5 % ( 1 / 2 ) ", Some((1, 2))),
            ("(3/4)", Some((3, 4))),
            ("100%", None),
            ("", None),
            ("0% (0/0)", None),
        ] {
            assert_eq!(fraction_of(text), Ok(expected), "{text}");
        }
        for text in ["(1)", "(1/2", "(a/2)", "(-1/2)", "(1/4294967296)", "(3/2)"] {
            assert!(fraction_of(text).is_err(), "{text}");
        }
    }

    #[test]
    fn two_ways_out_are_two_arms() {
        let names = distinct(["exit", "6", "exit"].into_iter());
        assert_eq!(names.into_iter().collect::<Vec<_>>(), ["6", "exit", "exit#2"]);
    }

    #[test]
    fn conditions_are_arms_only_where_there_are_as_many() {
        let line = |fraction, conditions: &[Option<bool>]| Line {
            fraction,
            conditions: conditions.to_vec(),
            ..Line::default()
        };
        let fraction = |taken, arms| Some(Told::Fraction { taken, arms });
        assert_eq!(
            line(Some((1, 2)), &[Some(false), Some(true)]).told(),
            Some(Told::Arms(vec![false, true]))
        );
        // gcovr: one condition for the line. coverlet: one for each decision.
        assert_eq!(line(Some((1, 2)), &[None]).told(), fraction(1, 2));
        assert_eq!(line(Some((2, 4)), &[Some(false), Some(true)]).told(), fraction(2, 4));
        // Contradictions are worth no more than the fraction.
        assert_eq!(line(Some((2, 2)), &[Some(false), Some(true)]).told(), fraction(2, 2));
        assert_eq!(line(None, &[Some(true)]).told(), None);
    }
}
