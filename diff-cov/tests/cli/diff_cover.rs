//! Where real diff-cover is right, our numbers are its numbers.

use std::collections::BTreeMap;
use std::fs;

use cov_testing::Venv;
use proptest::prelude::*;
use proptest::sample::select;

use crate::scene::Scene;

type Lines = BTreeMap<String, (Vec<u64>, Vec<u64>)>;

/// A file's old lines, its edits (where, how many lines go, how many come) and which lines are measured and hit.
type File = (u8, Vec<(usize, usize, u8)>, Vec<Option<u64>>);

fn file() -> impl Strategy<Value = File> {
    let edit = (0..30usize, 0..5usize, 0..5u8);
    let hits = prop::collection::vec(select(vec![None, Some(0), Some(1), Some(7)]), 60);
    (0..30u8, prop::collection::vec(edit, 0..5), hits)
}

/// Numbers of lines in a document of either tool.
fn numbers(value: &serde_json::Value) -> Vec<u64> {
    value.as_array().unwrap().iter().map(|line| line.as_u64().unwrap()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 6, max_shrink_iters: 30, ..ProptestConfig::default() })]

    #[test]
    fn covered_and_missing_lines_are_those_of_diff_cover(files in prop::collection::vec(file(), 30)) {
        let scene = Scene::new();
        scene.git(&["config", "diff.algorithm", "histogram"]);
        let mut reports = Vec::new();
        let mut versions = Vec::new();
        for (index, (old, edits, hits)) in files.iter().enumerate() {
            let name = format!("pkg{}/file {index}.py", index % 4);
            let old: Vec<String> = (0..*old).map(|line| format!("line_{line} = 0\n")).collect();
            let mut new = old.clone();
            for (number, &(start, removed, added)) in edits.iter().enumerate() {
                let start = start.min(new.len());
                let end = (start + removed).min(new.len());
                new.splice(start..end, (0..added).map(|line| format!("new_{number}_{line} = 1\n")));
            }
            let measured = (1..).zip(hits).take(new.len()).filter_map(|(line, hits)| Some((line, (*hits)?)));
            reports.push((name.clone(), measured.collect::<Vec<(u32, u64)>>()));
            scene.write(&name, old.concat());
            versions.push((name, new.concat()));
        }
        scene.commit("old");
        scene.git(&["checkout", "--quiet", "-b", "topic"]);
        for (name, new) in versions {
            scene.write(name, new);
        }
        scene.commit("new");
        let measured: Vec<_> = reports.iter().map(|(name, lines)| (name.as_str(), lines.as_slice())).collect();
        scene.cobertura("coverage.xml", &measured);

        let program = Venv::with(&["diff-cover==11.0.1"]).program("diff-cover");
        let arguments = ["coverage.xml", "--compare-branch=main", "--format=json:theirs.json"];
        let output = scene.command(program, "").args(arguments).output().unwrap();
        prop_assert!(output.status.success(), "{output:?}");
        let theirs: serde_json::Value = serde_json::from_slice(&fs::read(scene.path("theirs.json")).unwrap()).unwrap();
        let expected: Lines = theirs["src_stats"]
            .as_object()
            .unwrap()
            .iter()
            .map(|(name, file)| (name.clone(), (numbers(&file["covered_lines"]), numbers(&file["violation_lines"]))))
            .filter(|(_, (covered, missing))| !covered.is_empty() || !missing.is_empty())
            .collect();

        let answer = scene.diff_cov(&["coverage.xml", "--base=main", "--to=json"]);
        prop_assert_eq!(answer.status, 0, "{:?}", answer);
        let ours: serde_json::Value = serde_json::from_str(&answer.stdout).unwrap();
        let found: Lines = ours["files"]
            .as_array()
            .unwrap()
            .iter()
            .map(|file| (file["path"].as_str().unwrap().to_owned(), (numbers(&file["covered"]), numbers(&file["missing"]))))
            .collect();
        prop_assert_eq!(found, expected);
        let total = ours["total"].as_u64().unwrap();
        prop_assert_eq!(total, theirs["total_num_lines"].as_u64().unwrap());
        prop_assert_eq!(total - ours["covered"].as_u64().unwrap(), theirs["total_num_violations"].as_u64().unwrap());
    }
}
