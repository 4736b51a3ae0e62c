//! What is shown while tests run: on a terminal, in a CI system, and elsewhere.

use std::process::Command;

use crate::project::{Project, Run, finish};

const SUITE: &str = "\
import time

def test_good():
    time.sleep(0.1)

def test_bad():
    assert 1 == 2
";

/// Runs cov-run on a pseudo-terminal of this width, of Python's making; what is drawn is the answer.
fn drawn(project: &Project, width: u16, args: &[&str]) -> String {
    const SPAWN: &str = "\
import fcntl, os, pty, struct, sys, termios
process, terminal = pty.fork()
if process == 0:
    fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack('HHHH', 24, int(sys.argv[1]), 0, 0))
    os.execv(sys.argv[2], sys.argv[2:])
while True:
    try:
        data = os.read(terminal, 65536)
    except OSError:
        break
    sys.stdout.buffer.write(data)
os.waitpid(process, 0)
";
    let mut python = Command::new("python3");
    python.args(["-c", SPAWN, &width.to_string()]);
    let mut python = project.started_by(python, args);
    python.env("TERM", "xterm").env("LANG", "C.UTF-8").env_remove("LC_ALL").env("NO_COLOR", "1");
    finish(python.spawn().unwrap()).stdout
}

/// The lines of what was drawn, without what moves the cursor.
fn lines(drawn: &str) -> Vec<String> {
    let escapes = regex::Regex::new("\x1b\\[[0-9;?]*[A-Za-z]").unwrap();
    escapes.replace_all(drawn, "").split(['\r', '\n']).map(str::to_owned).collect()
}

#[test]
fn a_terminal_shows_a_bar_and_what_runs_and_what_failed() {
    // Long enough to be drawn on any machine.
    let project = Project::new(&[("test_a.py", &SUITE.replace("0.1", "1.5"))]);
    let drawn = drawn(&project, 60, &["-n1", "--no-cov"]);
    let lines = lines(&drawn);
    let has = |wanted: &dyn Fn(&str) -> bool| lines.iter().any(|line| wanted(line));
    assert!(has(&|line| line.contains("━━  ") || line.contains("──  ")), "{lines:#?}");
    assert!(has(&|line| line.contains("0 passed  2 to go")), "{lines:#?}");
    assert!(has(&|line| line.contains("  gw0      0.")), "{lines:#?}");
    assert!(has(&|line| line.contains("s  test_a.py::test_good")), "{lines:#?}");
    assert!(has(&|line| line == "FAILED test_a.py::test_bad"), "{lines:#?}");
    assert!(has(&|line| line == "    test_a.py:7: assert 1 == 2"), "{lines:#?}");
    assert!(!has(&|line| line.contains("[1/1]")), "{lines:#?}");
    let end = lines.iter().position(|line| line.contains("= FAILURES =")).unwrap();
    assert!(!lines[end..].iter().any(|line| line.contains("to go")), "the bar is gone: {lines:#?}");
}

fn in_ci(project: &Project, args: &[&str]) -> Run {
    finish(project.command(args).env("CI", "true").spawn().unwrap())
}

#[test]
fn a_ci_system_is_told_of_failures_at_once_and_of_nothing_else() {
    let project = Project::new(&[("test_a.py", SUITE), ("test_b.py", "def test_b():\n    pass\n")]);
    let run = in_ci(&project, &["-n1"]).expect(1);
    let start = run.stdout.find("cov-run: 1 worker").unwrap();
    let end = run.stdout.find("= FAILURES").unwrap();
    let shown: Vec<&str> = run.stdout[start..end].lines().skip(1).collect();
    assert_eq!(shown[..3], ["", "FAILED test_a.py::test_bad", "    test_a.py:7: assert 1 == 2"]);
    assert!(shown[3..].iter().all(|line| line.chars().all(|char| char == '=')), "{shown:#?}");
    assert_eq!(run.stderr, "");
}

#[test]
fn with_v_each_test_has_a_line_everywhere() {
    let project = Project::new(&[("test_a.py", SUITE)]);
    in_ci(&project, &["-n1", "-v"]).says("[gw0] FAILED test_a.py::test_bad\n");
    project.run(&["-n1", "-v"]).says("[gw0] FAILED test_a.py::test_bad\n");
}
