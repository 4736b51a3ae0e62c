//! What tests leave running is named and ended, and fails nothing.

use std::time::{Duration, Instant};

use crate::project::{Project, Run, runs};

/// A test that starts something in the background, and leaves its process id in the file `pids`.
fn leaky(start: &str) -> Project {
    let test = format!(
        "import os\nimport subprocess\nimport time\n\n\ndef note(pid):\n    with open('pids', 'a') as pids:\n        pids.write('%d\\n' % pid)\n\n\n\
         def test_leaks():\n{start}\n\n\ndef test_after():\n    time.sleep(0.5)\n"
    );
    Project::new(&[("test_leak.py", &test), ("test_other.py", "def test_other():\n    pass\n")])
}

/// The processes of `pids`.
fn pids(project: &Project) -> Vec<String> {
    project.read("pids").lines().map(str::to_owned).collect()
}

#[track_caller]
fn gone(project: &Project) {
    for pid in pids(project) {
        assert!(!runs(&pid), "{pid} still runs");
    }
}

#[track_caller]
fn is_named(run: Run, project: &Project, name: &str) {
    let named: Vec<String> = pids(project).iter().map(|pid| format!("{pid} {name}")).collect();
    let named = named.join(", ");
    run.complains("left processes running, which were ended: ").complains(&named);
}

#[test]
fn a_process_that_outlives_its_worker_is_named_with_its_test_and_ended() {
    let project = leaky("    note(subprocess.Popen(['sleep', '1000']).pid)");
    for args in [["-n2", "--fork=auto"], ["-n2", "--fork=never"], ["-n2", "--reporter=pytest"]] {
        let run = project.run(&args).expect(0);
        assert_eq!(run.tally(), "3 passed");
        gone(&project);
        is_named(run, &project, "sleep 1000 (of test_leak.py::test_leaks)");
        std::fs::remove_file(project.path("pids")).unwrap();
    }
}

#[test]
fn one_that_hides_and_does_not_listen_is_ended_too() {
    let project = leaky(
        "    script = 'trap \"\" TERM; echo $$ >> pids; while :; do sleep 0.1; done'\n    \
         subprocess.Popen(['sh', '-c', 'setsid sh -c \\'%s\\' &' % script.replace(\"'\", '')])\n    time.sleep(0.5)",
    );
    let run = project.run(&["-n1", "--no-cov"]).expect(0);
    gone(&project);
    is_named(run, &project, "sh -c trap");
}

#[test]
fn many_copies_of_a_worker_are_ended() {
    let project = leaky(
        "    for _ in range(20):\n        child = os.fork()\n        if child == 0:\n            time.sleep(100)\n            \
         os._exit(0)\n        note(child)\n    os._exit(3)",
    );
    let run = project.run(&["-n1", "--no-cov"]).expect(1).says("exited with status 3");
    assert_eq!(run.tally(), "1 failed, 2 passed");
    assert_eq!(pids(&project).len(), 20);
    gone(&project);
    run.complains("a copy of the worker, ").complains(", and 15 more");
}

#[test]
fn what_ends_with_its_worker_is_no_leak() {
    let project = leaky(
        "    from multiprocessing import resource_tracker\n    resource_tracker.ensure_running()\n    \
         note(resource_tracker._resource_tracker._pid)\n    note(subprocess.Popen(['sleep', '0.7']).pid)",
    );
    let began = Instant::now();
    let run = project.run(&["-n1", "--no-cov"]).expect(0);
    assert_eq!(run.stderr, "");
    gone(&project);
    assert!(began.elapsed() < Duration::from_secs(20));
}
