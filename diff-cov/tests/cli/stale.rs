//! Reports of another text than the one that stands here: refused, or followed on request as far as git still has it.

use cov_model::{Branch, Branches, FileCoverage, Naming, Site};

use crate::scene::{Scene, lines};

#[test]
fn lines_are_followed_from_the_text_that_was_measured() {
    let scene = Scene::with_file("a.py", "a = 1\nb = 1\nc = 1\n");
    scene.write("a.py", "a = 1\nb = 2\nc = 2\n");
    let site = Site { line: 2, block: String::new(), naming: Naming::Destination };
    let branch = Branch { arms: 2, untaken: ["3".to_owned()].into(), ..Branch::default() };
    let file = FileCoverage {
        digest: Some(scene.digest("a.py")),
        lines: lines(3, |line| line != 3).into_iter().collect(),
        branches: Branches { named: [(site, branch)].into(), ..Branches::default() },
        ..FileCoverage::default()
    };
    scene.files("r.json", [("a.py", file)]);
    scene.commit("measured");
    // Two lines in front, one changed again.
    scene.write("a.py", "x = 1\ny = 1\na = 1\nb = 2\nc = 2\nz = 1\n");
    let arguments = ["r.json", "--base=main"];
    scene.diff_cov(&arguments).check(4, "1 file changed since it was measured: run the tests again (a.py)");
    let followed = scene.diff_cov(&[&arguments[..], &["--allow-stale"]].concat());
    followed.check(0, "a.py changed since it was measured: its lines are followed");
    followed.check(0, "a.py   50.0 %  1 of 2 lines  missing 5  partial 4->5\n");
    followed.check(0, "; 3 changed lines newer than the measurement, of which nothing is known\n");
}

#[test]
fn a_text_that_nobody_has_stays_stale() {
    let scene = Scene::with_file("a.py", "a = 1\n");
    scene.write("a.py", "a = 2\n");
    scene.report_with_digests("r.json", &[("a.py", &[(1, 1)])]);
    scene.write("a.py", "a = 3\n");
    let answer = scene.diff_cov(&["r.json", "--base=main", "--allow-stale"]);
    answer.check(4, "1 file changed since it was measured, and what was measured is not to be found");
    // What was staged is still there.
    scene.write("a.py", "a = 2\n");
    scene.git(&["add", "a.py"]);
    scene.write("a.py", "a = 2\nb = 3\n");
    let answer = scene.diff_cov(&["r.json", "--base=main", "--allow-stale"]);
    answer.check(0, "100.0 % of 1 changed line covered; 1 changed line newer than the measurement");
}

#[test]
fn every_output_tells_the_kinds_of_nothing_apart() {
    let scene = Scene::with_file("a.py", "# a\na = 1\n");
    scene.report_with_digests("r.json", &[("a.py", &[(2, 1)])]);
    scene.report("other.json", &[("b.py", &[(2, 1)])]);
    let outputs = ["json", "markdown", "html", "github", "sarif", "cobertura"];
    let check = |report: &str, status: i32, sentence: &str| {
        for output in outputs {
            let target = format!("--to={output}=out");
            let answer = scene.diff_cov(&[report, "--base=main", &target]);
            assert_eq!(answer.status, status, "{answer:#?}");
            let text = std::fs::read_to_string(scene.path("out")).unwrap().replace('\\', "");
            assert!(text.contains(sentence), "{output}: {sentence:?} is not in {text}");
        }
    };
    check("r.json", 0, "no changes against main");
    scene.write("a.py", "# b\na = 1\n");
    check("r.json", 4, "1 file changed since it was measured");
    scene.report_with_digests("r.json", &[("a.py", &[(2, 1)])]);
    check("r.json", 0, "no executable line changed against main (1 file changed)");
    check("other.json", 3, "none of the changed files is in the report");
}
