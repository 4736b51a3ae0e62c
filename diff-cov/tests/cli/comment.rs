//! The comment on a pull request, compared with the one that was looked at as it is rendered.

use crate::scene::{Scene, lines};

const SHOP: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/shop");

#[test]
fn the_comment_is_the_one_that_was_looked_at() {
    let [report, diff] = ["coverage.json", "change.diff"].map(|name| format!("{SHOP}/{name}"));
    let arguments = [&report, "--project", SHOP, "--diff", &diff, "--fail-under=80", "--to=markdown"];
    let answer = Scene::without_git().diff_cov(&arguments);
    assert_eq!(answer.status, 2);
    snapbox::assert_data_eq!(answer.stdout, snapbox::file!["../data/comment.md"].raw());
}

#[test]
fn names_and_source_cannot_break_out() {
    let name = "a|b`<img src=x>`_c_.py";
    let scene = Scene::with_file("x.py", "");
    scene.write(name, "s = '```'\n</details>\n````\n");
    scene.commit("second");
    scene.report("r.json", &[(name, &lines(3, |_| false))]);
    let comment = scene.diff_cov(&["r.json", "--base=main", "--to=markdown"]).stdout;
    let shown = "<code>a&#124;b&#96;&lt;img src=x&gt;&#96;&#95;c&#95;.py</code>";
    assert!(comment.contains(&format!("| {shown} | 0.0 % | 0 of 3 | 1-3 |  |\n")), "{comment}");
    assert!(
        comment.contains("\n`````text\n!     1  s = '```'\n!     2  </details>\n!     3  ````\n`````\n"),
        "{comment}"
    );
}

#[test]
fn a_comment_has_room_for_every_change() {
    let scene = Scene::with_file("x.py", "");
    let names: Vec<String> =
        (0..2000).map(|index| format!("package/of/some/depth/module_{index:04}.py")).collect();
    for name in &names {
        scene.write(name, "x = 1\n".repeat(9));
    }
    scene.commit("second");
    let (half, all) = (lines(9, |line| line % 2 == 0), lines(9, |_| true));
    let measured: Vec<(&str, &[(u32, u64)])> = names
        .iter()
        .map(|name| (name.as_str(), if name.ends_with("7.py") { &*half } else { &*all }))
        .collect();
    scene.report("r.json", &measured);
    let comment = scene.diff_cov(&["r.json", "--base=main", "--to=markdown"]).stdout;
    assert!(comment.len() < 65_536, "GitHub refuses longer ones");
    assert!(comment.contains("94.4 % of 18000 changed lines covered"));
    assert!(comment.contains("module&#95;1997.py</code> | 44.4 %"), "what lacks coverage comes first");
    assert!(comment.contains("more files that are not shown here."));
    assert!(comment.contains("The rest is too long for a comment."));
    assert!(comment.ends_with("</details>\n"));
}
