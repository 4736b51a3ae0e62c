//! What is written is read back, less what Cobertura cannot carry.

use std::collections::{BTreeMap, BTreeSet};

use cov_model::cobertura::{self, Options, Paths};
use cov_model::{
    Branch, Branches, Digest, FileCoverage, Function, HitKind, Naming, Report, Site, Tally, Totals,
};
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;

pub(crate) fn options() -> Options {
    Options { source: "/proj".to_owned(), package_depth: usize::MAX, timestamp: 0 }
}

pub(crate) fn written(report: &Report) -> String {
    let mut bytes = Vec::new();
    cobertura::write(report, &options(), &mut bytes).unwrap();
    String::from_utf8(bytes).unwrap()
}

fn read(xml: &str) -> Report {
    cobertura::read(xml.as_bytes(), &Paths::new("/proj", |_| false)).unwrap()
}

/// What a branch of one line is, in the ways that a document can tell.
#[derive(Clone, Debug)]
enum Known {
    Nothing,
    Tally { taken: u32, arms: u32 },
    Destinations(BTreeMap<u8, bool>),
    Ordinals(Vec<bool>),
}

fn known() -> impl Strategy<Value = Known> {
    prop_oneof![
        2 => Just(Known::Nothing),
        1 => (0u32..4, 1u32..4).prop_map(|(a, b)| Known::Tally { taken: a.min(b), arms: b }),
        1 => btree_map(1u8..30, any::<bool>(), 2..4).prop_map(Known::Destinations),
        1 => vec(any::<bool>(), 1..4).prop_map(Known::Ordinals),
    ]
}

fn file() -> impl Strategy<Value = FileCoverage> {
    let hits = prop_oneof![4 => 0u64..4, 1 => Just(u64::MAX)];
    let lines =
        btree_map(1u32..30, (hits, known(), proptest::option::of("[fg<]\\([a-z\u{e9}&\"\n]*\\)")), 0..8);
    (any::<bool>(), lines).prop_map(|(yes_no, lines)| {
        let limit = if yes_no { 1 } else { u64::MAX };
        let mut file = FileCoverage {
            hits: if yes_no { HitKind::YesNo } else { HitKind::Counts },
            lines: lines.iter().map(|(&line, (hits, ..))| (line, (*hits).min(limit))).collect(),
            ..FileCoverage::default()
        };
        for (line, (hits, known, name)) in lines {
            // Only what was measured as yes or no has arms named by where they lead.
            if yes_no || !matches!(known, Known::Destinations(_)) {
                add_branch(&mut file.branches, line, known);
            }
            if let Some(name) = name {
                file.functions
                    .insert((line, name), Function { hits: Some(hits.min(limit)), ..Function::default() });
            }
        }
        // A fraction without anything missing is, beside named arms, one that they say themselves.
        if file.branches.named.values().any(|branch| !branch.untaken.is_empty()) {
            file.branches.tallied.retain(|&(_, arms), tally| tally.at_least < arms);
        }
        file.branches.measured = file.branches.were_measured();
        file
    })
}

fn add_branch(branches: &mut Branches, line: u32, known: Known) {
    let site = |naming| Site { line, block: String::new(), naming };
    match known {
        Known::Nothing => {}
        Known::Tally { taken, arms } => {
            branches.tallied.insert((line, arms), Tally::exactly(taken));
        }
        Known::Destinations(arms) => {
            let untaken = arms.iter().filter(|(_, taken)| !**taken);
            let untaken: BTreeSet<String> = untaken
                .map(|(line, _)| if *line == 1 { "exit".to_owned() } else { line.to_string() })
                .collect();
            if !untaken.is_empty() {
                let arms = u32::try_from(arms.len()).unwrap();
                let branch = Branch { arms, untaken, ..Branch::default() };
                branches.named.insert(site(Naming::DestinationOrExit), branch);
            }
        }
        Known::Ordinals(arms) => {
            let mut branch = Branch { arms: u32::try_from(arms.len()).unwrap(), ..Branch::default() };
            for (ordinal, taken) in arms.into_iter().enumerate() {
                if taken {
                    branch.taken.insert(ordinal.to_string(), 1);
                } else {
                    branch.untaken.insert(ordinal.to_string());
                }
            }
            branches.named.insert(site(Naming::Label), branch);
        }
    }
}

pub(crate) fn report() -> impl Strategy<Value = Report> {
    btree_map("([abc]/){0,2}[xy\u{e9}&<'\" ]\\.py", file(), 0..4)
        .prop_map(|files| Report { files, ..Report::default() })
}

proptest! {
    #[test]
    fn what_is_written_is_read_back(a in report()) {
        prop_assert_eq!(read(&written(&a)), a);
    }

    #[test]
    fn merging_documents_is_merging_reports(a in report(), b in report()) {
        let (mut ours, mut theirs) = (a.clone(), read(&written(&a)));
        ours.merge(b.clone()).unwrap();
        theirs.merge(read(&written(&b))).unwrap();
        prop_assert_eq!(ours, theirs);
    }
}

#[test]
fn what_cobertura_cannot_carry_leaves_the_totals() {
    let site = |line, block: &str, naming| Site { line, block: block.to_owned(), naming };
    let branch = |taken: &[&str], untaken: &[&str]| Branch {
        arms: 0,
        taken: taken.iter().map(|&arm| (arm.to_owned(), 3)).collect(),
        untaken: untaken.iter().map(|&arm| arm.to_owned()).collect(),
        ..Branch::default()
    };
    let file = FileCoverage {
        language: Some("python".to_owned()),
        digest: Some(Digest::of(b"text")),
        lines: [(2, 7), (3, 0), (5, 1), (9, 4)].into_iter().collect(),
        excluded: BTreeSet::from([20]),
        branches: Branches {
            measured: true,
            named: BTreeMap::from([
                (site(2, "", Naming::Destination), branch(&["3"], &["-1", "-2", "9"])),
                (site(5, "0", Naming::Label), branch(&["0"], &["1"])),
                (site(5, "1", Naming::Label), branch(&["0", "10"], &["2"])),
            ]),
            tallied: BTreeMap::from([((9, 4), Tally { at_least: 1, at_most: 3 })]),
        },
        functions: BTreeMap::from([
            ((1, "decorated".to_owned()), Function { body: None, end: Some(3), hits: Some(2) }),
            ((6, "without_code".to_owned()), Function { body: None, end: Some(8), hits: Some(0) }),
        ]),
        contexts: BTreeMap::from([("t".to_owned(), BTreeSet::from([2]))]),
        hits: HitKind::Counts,
        ..FileCoverage::default()
    };
    let report = Report { files: BTreeMap::from([("a.py".to_owned(), file)]), ..Report::default() };
    let xml = written(&report);
    assert!(xml.contains(r#"condition-coverage="25% (1/4)" missing-branches="exit,exit,9"/>"#), "{xml}");
    let back = &read(&xml).files["a.py"];
    let (before, after) = (Totals::of_report(&report), Totals::of_file(back));
    assert_eq!((after.lines, after.branches), (before.lines, before.branches));
    let names: Vec<_> = back.functions.keys().collect();
    assert_eq!(names, [&(2, "decorated".to_owned())]);
    assert_eq!(read(&written(&read(&xml))), read(&xml));
}

#[test]
fn equal_reports_give_equal_bytes_whenever_they_are_written() {
    let xml = written(&Report::default());
    assert_eq!(
        xml,
        "<?xml version=\"1.0\" ?>\n\
         <!DOCTYPE coverage SYSTEM \"http://cobertura.sourceforge.net/xml/coverage-04.dtd\">\n\
         <coverage version=\"0.1.0\" timestamp=\"0\" lines-valid=\"0\" lines-covered=\"0\" branches-valid=\"0\" \
         branches-covered=\"0\" line-rate=\"1\" branch-rate=\"0\" complexity=\"0\">\n\
         \t<sources>\n\t\t<source>/proj</source>\n\t</sources>\n\t<packages>\n\t</packages>\n</coverage>\n"
    );
}
