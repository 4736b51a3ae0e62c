//! The laws of the merge, and of writing and reading, on generated reports.

#![expect(clippy::unwrap_used, reason = "a test may fail")]

use std::collections::{BTreeMap, BTreeSet};

use cov_model::{
    Branch, Branches, Class, Digest, FileCoverage, Function, HitKind, Naming, Report, Site, Tally, Totals,
    json,
};
use proptest::collection::{btree_map, btree_set, vec};
use proptest::option;
use proptest::prelude::*;

const LINE: std::ops::Range<u32> = 1..8;

fn naming() -> impl Strategy<Value = Naming> {
    prop_oneof![Just(Naming::Destination), Just(Naming::DestinationOrExit), Just(Naming::Label)]
}

fn branch() -> impl Strategy<Value = Branch> {
    let taken = btree_map("[abc]|-1|7", 1u64..4, 0..3);
    let uncounted = btree_map("8", 1u64..4, 0..2);
    let described = btree_map("[abc]", "leave|return", 0..2);
    (taken, btree_set("[abc]|-1|9", 0..3), 0u32..4, uncounted, described).prop_map(
        |(taken, mut untaken, arms, uncounted, described)| {
            untaken.retain(|arm| !taken.contains_key(arm));
            Branch { arms, taken, untaken, uncounted, described }
        },
    )
}

fn tally() -> impl Strategy<Value = ((u32, u32), Tally)> {
    (LINE, 1u32..5, 0u32..5, 0u32..5).prop_map(|(line, arms, a, b)| {
        let (least, most) = (a.min(b).min(arms), a.max(b).min(arms));
        ((line, arms), Tally { at_least: least, at_most: most })
    })
}

fn branches() -> impl Strategy<Value = Branches> {
    let site = (LINE, "[01]?", naming()).prop_map(|(line, block, naming)| Site { line, block, naming });
    (btree_map(site, branch(), 0..4), vec(tally(), 0..3)).prop_map(|(named, tallied)| Branches {
        measured: true,
        named,
        tallied: tallied.into_iter().collect(),
    })
}

fn file() -> impl Strategy<Value = FileCoverage> {
    let hits = prop_oneof![4 => 0u64..4, 1 => Just(u64::MAX)];
    let functions =
        btree_map((LINE, "[fg]"), (option::of(LINE), option::of(LINE), option::of(0u64..3)), 0..3);
    let classes = btree_map((LINE, "[CD]"), option::of(LINE), 0..2);
    let spans = btree_map(LINE, 0u32..3, 0..3);
    let extents = (functions, classes, spans, option::of(LINE));
    let contexts = btree_map("[tu]|tests/a.py::t\\[\"é\\\\n\"\\]", btree_set(LINE, 0..3), 0..2);
    (any::<bool>(), btree_map(LINE, hits, 0..6), btree_set(LINE, 0..3), branches(), extents, contexts)
        .prop_map(|(yes_no, lines, excluded, mut branches, extents, contexts)| {
            let (functions, classes, spans, length) = extents;
            let limit = if yes_no { 1 } else { u64::MAX };
            for branch in branches.named.values_mut() {
                let counts = branch.taken.values_mut().chain(branch.uncounted.values_mut());
                counts.for_each(|count| *count = (*count).min(limit));
            }
            FileCoverage {
                language: Some("python".to_owned()),
                digest: Some(Digest::of(b"source")),
                hits: if yes_no { HitKind::YesNo } else { HitKind::Counts },
                lines: lines.into_iter().map(|(line, hits)| (line, hits.min(limit))).collect(),
                excluded,
                branches,
                functions: functions
                    .into_iter()
                    .map(|(key, (body, end, hits))| {
                        (key, Function { body, end, hits: hits.map(|hits| hits.min(limit)) })
                    })
                    .collect(),
                classes: classes.into_iter().map(|(key, end)| (key, Class { end })).collect(),
                spans: spans.into_iter().map(|(first, more)| (first, first + more)).collect(),
                length,
                contexts,
            }
        })
}

fn report() -> impl Strategy<Value = Report> {
    let files = btree_map("[abc]/[xy]\\.py|\u{e9} \"q\"", file(), 0..4);
    (files, btree_set("CPython 3\\.1[13]", 0..2)).prop_map(|(files, measured_with)| Report {
        shards: BTreeSet::new(),
        measured_with,
        files,
    })
}

fn merged(parts: &[&Report]) -> Report {
    let mut whole = Report::default();
    for part in parts {
        whole.merge((*part).clone()).unwrap();
    }
    whole
}

fn bytes(report: &Report) -> Vec<u8> {
    let mut bytes = Vec::new();
    json::write(report, &mut bytes).unwrap();
    bytes
}

proptest! {
    #[test]
    fn merging_is_commutative(a in report(), b in report()) {
        prop_assert_eq!(bytes(&merged(&[&a, &b])), bytes(&merged(&[&b, &a])));
    }

    #[test]
    fn merging_is_associative(a in report(), b in report(), c in report()) {
        let left = merged(&[&merged(&[&a, &b]), &c]);
        let right = merged(&[&a, &merged(&[&b, &c])]);
        prop_assert_eq!(bytes(&left), bytes(&right));
    }

    #[test]
    fn the_empty_report_is_the_identity(a in report()) {
        prop_assert_eq!(&merged(&[&a, &Report::default()]), &a);
        prop_assert_eq!(&merged(&[&Report::default(), &a]), &a);
    }

    #[test]
    fn merging_loses_no_coverage(a in report(), b in report()) {
        let whole = merged(&[&a, &b]);
        for (path, file) in &a.files {
            let both = &whole.files[path];
            for (line, hits) in file.lines.iter() {
                prop_assert!(hits == 0 || both.lines.is_hit(line), "{path}:{line}");
            }
            for (site, branch) in &file.branches.named {
                let both = &both.branches.named[site];
                prop_assert!(both.taken_arms() >= branch.taken_arms());
                prop_assert!(branch.taken.keys().all(|arm| both.taken.contains_key(arm) && !both.untaken.contains(arm)));
            }
        }
    }

    #[test]
    fn what_is_written_is_read_back(a in report()) {
        prop_assert_eq!(&json::read(bytes(&a).as_slice()).unwrap(), &a);
    }

    #[test]
    fn another_layout_is_read_as_the_same_report(a in report()) {
        let value: serde_json::Value = serde_json::from_slice(&bytes(&a)).unwrap();
        let pretty = serde_json::to_vec_pretty(&value).unwrap();
        prop_assert_eq!(&json::read(pretty.as_slice()).unwrap(), &a);
    }

    #[test]
    fn empty_lines_change_nothing(a in report()) {
        let spaced = String::from_utf8(bytes(&a)).unwrap().replace('\n', "\n\n");
        prop_assert_eq!(&json::read(spaced.as_bytes()).unwrap(), &a);
    }

    #[test]
    fn a_truncated_report_is_never_valid(a in report(), cut in 0.0f64..1.0) {
        let bytes = bytes(&a);
        // The last newline alone may be missing.
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss)]
        let end = ((bytes.len() - 2) as f64 * cut) as usize;
        prop_assert!(json::read(&bytes[..end]).is_err());
    }

    #[test]
    fn any_bytes_give_an_answer(bytes in vec(any::<u8>(), 0..200)) {
        let _ = json::read(bytes.as_slice());
        let with_header = [b"{\"format\":\"cov-report\",\"version\":1,\"files\":[\n", bytes.as_slice()].concat();
        let _ = json::read(with_header.as_slice());
    }

    #[test]
    fn totals_add_up(a in report()) {
        let totals = Totals::of_report(&a);
        prop_assert_eq!(totals.files, a.files.len() as u64);
        prop_assert!(totals.lines.covered <= totals.lines.total);
        prop_assert!(totals.branches.covered <= totals.branches.total);
        prop_assert_eq!(totals.combined().total, totals.lines.total + totals.branches.total);
    }
}

#[test]
fn the_same_shard_twice_is_noticed() {
    let shard = cov_model::Shard { run: Digest::of(b"files"), index: 1, total: 2 };
    let report = Report { shards: BTreeSet::from([shard]), ..Report::default() };
    let mut twice = report.clone();
    assert!(twice.merge(report).unwrap_err().to_string().contains("shard 1 of 2"));
}

#[test]
fn different_text_under_one_name_is_a_conflict() {
    let with_source = |source: &[u8]| {
        let file = FileCoverage { digest: Some(Digest::of(source)), ..FileCoverage::default() };
        Report { files: BTreeMap::from([("a.py".to_owned(), file)]), ..Report::default() }
    };
    let mut ours = with_source(b"old");
    assert!(ours.merge(with_source(b"new")).unwrap_err().to_string().starts_with("a.py: "));
}
