//! The dispatcher, told what workers would say.

use super::*;
use crate::crash::Cause;
use crate::hello::tests::hello;
use crate::protocol::{Collected, Report};

fn id(slot: u32, generation: u32) -> WorkerId {
    WorkerId { slot, generation }
}

fn killed() -> Death {
    Death { cause: Cause::Signal(9), output: String::new() }
}

fn collected(file: &str, tests: &[&str]) -> Message {
    let ids = tests.iter().map(|test| (*test).to_owned()).collect();
    Message::Collected(Collected { file: file.to_owned(), ids, ..Collected::default() })
}

/// A part of a file's tests is about to run.
fn opened(file: &str, tests: &[&str], chosen: &[usize]) -> Message {
    let Message::Collected(collected) = collected(file, tests) else { unreachable!() };
    Message::Collected(Collected { chosen: Some(chosen.to_vec()), ..collected })
}

fn start(index: usize) -> Message {
    Message::Start { id: (index + 1).to_string(), index, limit: None }
}

fn done(index: usize) -> Message {
    Message::Done { id: (index + 1).to_string(), index }
}

fn failure() -> Message {
    Message::Report(Box::new(Report { outcome: "failed".to_owned(), ..Report::default() }))
}

fn picks(indexes: &[usize]) -> Vec<Pick> {
    indexes.iter().map(|&index| Pick(Some(index), (index + 1).to_string())).collect()
}

fn run(worker: WorkerId, file: &str) -> Command {
    Command::Tell(worker, Unit::file(file).order())
}

fn run_tests(worker: WorkerId, file: &str, indexes: &[usize]) -> Command {
    Command::Tell(worker, Unit { tests: Some(picks(indexes)), ..Unit::file(file) }.order())
}

fn run_alone(worker: WorkerId, file: &str, index: usize) -> Command {
    Command::Tell(worker, Unit { tests: Some(picks(&[index])), alone: true, ..Unit::file(file) }.order())
}

fn stop(worker: WorkerId) -> Command {
    Command::Tell(worker, Order::Stop)
}

fn policy(workers: u32, maxfail: u32) -> Policy {
    Policy { workers, maxfail, ..Policy::default() }
}

fn units(files: &[&str]) -> Vec<Unit> {
    files.iter().map(|file| Unit::file(file)).collect()
}

/// A dispatcher whose workers have all listed `files` and wait for nothing yet.
fn dispatcher_with(policy: Policy, files: &[&str]) -> Dispatcher {
    let mut dispatcher = Dispatcher::default();
    let workers = policy.workers;
    dispatcher.start(workers);
    dispatcher.settle(policy);
    for slot in 0..workers {
        dispatcher.hear(id(slot, 0), &Message::Hello(Box::new(hello())));
        dispatcher.hear(id(slot, 0), &Message::Files(Box::default()));
    }
    dispatcher.plan(units(files), Timings::default());
    dispatcher
}

fn dispatcher(workers: u32, maxfail: u32, files: &[&str]) -> Dispatcher {
    dispatcher_with(policy(workers, maxfail), files)
}

#[test]
fn surplus_workers_are_sent_home_and_missing_ones_started() {
    let mut dispatcher = Dispatcher::default();
    assert_eq!(dispatcher.start(2), [Command::Start(id(0, 0)), Command::Start(id(1, 0))]);
    assert_eq!(dispatcher.settle(policy(1, 0)), []);
    let hello = Message::Hello(Box::new(hello()));
    assert_eq!(dispatcher.hear(id(1, 0), &hello), [stop(id(1, 0))]);
    assert_eq!(dispatcher.hear(id(0, 0), &hello), [Command::Tell(id(0, 0), Order::Go { count: 1 })]);
    assert_eq!(dispatcher.settle(policy(3, 0)), [Command::Start(id(2, 0))]);
    // Who was sent home is not mourned.
    assert_eq!(dispatcher.bury(id(1, 0), killed()), []);
}

#[test]
fn the_replacement_of_a_surplus_worker_is_sent_home_too() {
    let mut dispatcher = Dispatcher::default();
    dispatcher.start(2);
    assert!(dispatcher.bury(id(1, 0), killed()).contains(&Command::Start(id(1, 1))));
    dispatcher.settle(policy(1, 0));
    assert_eq!(dispatcher.hear(id(1, 1), &Message::Hello(Box::new(hello()))), [stop(id(1, 1))]);
}

#[test]
fn there_are_no_more_workers_than_files() {
    let mut dispatcher = Dispatcher::default();
    assert_eq!(dispatcher.start(64).len(), 8);
    assert_eq!(dispatcher.settle(policy(64, 0)), []);
    let files: Vec<Unit> = (0..20).map(|each| Unit::file(&each.to_string())).collect();
    assert_eq!(dispatcher.plan(files.clone(), Timings::default()).len(), 12);
    let mut dispatcher = Dispatcher::default();
    dispatcher.start(4);
    dispatcher.settle(policy(4, 0));
    assert_eq!(dispatcher.plan(files[..2].to_vec(), Timings::default()), []);
    let hello = Message::Hello(Box::new(hello()));
    assert_eq!(dispatcher.hear(id(1, 0), &hello), [Command::Tell(id(1, 0), Order::Go { count: 4 })]);
    assert_eq!(dispatcher.hear(id(2, 0), &hello), [stop(id(2, 0))]);
}

#[test]
fn files_go_to_whoever_asks_first() {
    let mut dispatcher = dispatcher(2, 0, &["a", "b", "c"]);
    let (first, second) = (id(0, 0), id(1, 0));
    assert_eq!(dispatcher.hear(second, &Message::Next), [run(second, "a")]);
    assert_eq!(dispatcher.hear(first, &Message::Next), [run(first, "b")]);
    dispatcher.hear(first, &collected("b", &["1"]));
    assert_eq!(dispatcher.hear(first, &Message::Next), [run(first, "c")]);
    dispatcher.hear(first, &collected("c", &["1"]));
    assert!(dispatcher.is_drained());
    // What the other has not opened yet may have tests for this one.
    assert_eq!(dispatcher.hear(first, &Message::Next), []);
    assert_eq!(dispatcher.hear(second, &collected("a", &["1"])), [stop(first)]);
    assert_eq!(dispatcher.hear(second, &Message::Next), [stop(second)]);
}

/// Two workers that may split files, the first of which has begun a file of eight tests of a second each.
fn busy() -> Dispatcher {
    let policy = Policy { splits_files: true, ..policy(2, 0) };
    let mut dispatcher = dispatcher_with(policy, &["a", "b"]);
    dispatcher.hear(id(0, 0), &Message::Next);
    dispatcher.hear(id(1, 0), &Message::Next);
    dispatcher.hear(id(0, 0), &collected("a", &["1", "2", "3", "4", "5", "6", "7", "8"]));
    dispatcher.hear(id(1, 0), &collected("b", &["1"]));
    dispatcher.hear(id(0, 0), &start(0));
    dispatcher
}

/// A test took this long.
fn took(us: u64) -> Message {
    Message::Report(Box::new(Report { us, when: "call".to_owned(), ..Report::default() }))
}

#[test]
fn a_worker_without_work_takes_half_of_what_another_has_left() {
    let mut dispatcher = busy();
    let (first, second) = (id(0, 0), id(1, 0));
    // Nobody knows yet how long these tests take.
    assert_eq!(dispatcher.hear(second, &Message::Next), []);
    assert_eq!(dispatcher.tick(), []);
    for message in [took(1_000_000), done(0), start(1)] {
        dispatcher.hear(first, &message);
    }
    let request = Order::Yield { file: "a".to_owned(), index: 5 };
    assert_eq!(dispatcher.tick(), [Command::Tell(first, request)]);
    assert_eq!(dispatcher.tick(), []); // it has not answered
    let yielded = Message::Yielded { file: "a".to_owned(), indexes: vec![6, 7] };
    assert_eq!(dispatcher.hear(first, &yielded), [run_tests(second, "a", &[6, 7])]);
    // What was left to another is not run again when this one dies.
    let commands = dispatcher.bury(first, killed());
    assert_eq!(commands.last(), Some(&Command::Start(id(0, 1))));
    assert_eq!(dispatcher.hear(id(0, 1), &Message::Next), [run_tests(id(0, 1), "a", &[2, 3, 4, 5])]);
}

#[test]
fn what_takes_little_time_is_not_shared_out() {
    let mut dispatcher = busy();
    for message in [took(1000), done(0), start(1)] {
        dispatcher.hear(id(0, 0), &message);
    }
    assert_eq!(dispatcher.hear(id(1, 0), &Message::Next), [stop(id(1, 0))]);
}

#[test]
fn a_failed_test_is_tried_again_in_its_worker_and_at_last_in_a_fresh_one() {
    let mut dispatcher = dispatcher_with(Policy { retries: 2, ..policy(1, 1) }, &["a"]);
    let worker = id(0, 0);
    dispatcher.hear(worker, &Message::Next);
    dispatcher.hear(worker, &collected("a", &["1"]));
    let failed = Report { outcome: "failed".to_owned(), when: "call".to_owned(), ..Report::default() };
    dispatcher.hear(worker, &start(0));
    assert!(dispatcher.tries_again(worker, &failed));
    assert_eq!(dispatcher.hear(worker, &Message::Next), [run_alone(worker, "a", 0)]);
    dispatcher.hear(worker, &done(0));
    dispatcher.hear(worker, &opened("a", &["1"], &[0]));
    dispatcher.hear(worker, &start(0));
    assert!(dispatcher.tries_again(worker, &failed));
    dispatcher.hear(worker, &done(0));
    assert_eq!(dispatcher.hear(worker, &Message::Next), [stop(worker)]);
    dispatcher.hear(worker, &Message::Bye { status: 1, should_fail: None, should_stop: None });
    assert_eq!(dispatcher.bury(worker, killed()), [Command::Start(id(0, 1))]);
    let fresh = id(0, 1);
    dispatcher.forked(fresh);
    assert_eq!(dispatcher.hear(fresh, &Message::Next), [run_alone(fresh, "a", 0)]);
    dispatcher.hear(fresh, &opened("a", &["1"], &[0]));
    dispatcher.hear(fresh, &start(0));
    assert!(!dispatcher.tries_again(fresh, &failed));
    assert_eq!(dispatcher.hear(fresh, &failure()), [stop(fresh)]);
    assert_eq!(dispatcher.stopped(), Some(&Stop::MaxFail(1)));
}

#[test]
fn what_a_dead_worker_leaves_goes_to_its_replacement() {
    let mut dispatcher = dispatcher(1, 0, &["a", "b"]);
    let worker = id(0, 0);
    dispatcher.hear(worker, &Message::Next);
    for message in [collected("a", &["1", "2", "3"]), start(0), done(0), start(1)] {
        assert_eq!(dispatcher.hear(worker, &message), []);
    }
    let commands = dispatcher.bury(worker, killed());
    let loss = Loss {
        worker,
        death: killed(),
        during: During::Test { id: "2".to_owned(), is_over: false, is_tried_again: false },
    };
    assert_eq!(commands, [Command::Mourn(loss), Command::Start(id(0, 1))]);
    assert_eq!(dispatcher.hear(id(0, 1), &Message::Next), [run_tests(id(0, 1), "a", &[2])]);
    // It dies again, and what is over stays so.
    for message in [opened("a", &["1", "2", "3"], &[2]), start(2)] {
        dispatcher.hear(id(0, 1), &message);
    }
    dispatcher.hear(id(0, 1), &Message::Files(Box::default()));
    dispatcher.bury(id(0, 1), killed());
    assert_eq!(dispatcher.hear(id(0, 2), &Message::Next), [run(id(0, 2), "b")]);
}

#[test]
fn a_file_that_was_announced_is_not_lost_with_the_last_test_of_another() {
    let mut dispatcher = dispatcher(1, 0, &["a", "b"]);
    let worker = id(0, 0);
    dispatcher.hear(worker, &Message::Next);
    dispatcher.hear(worker, &collected("a", &["1"]));
    dispatcher.hear(worker, &start(0));
    assert_eq!(dispatcher.hear(worker, &Message::Next), [run(worker, "b")]);
    let commands = dispatcher.bury(worker, killed());
    assert!(
        matches!(&commands[0], Command::Mourn(Loss { during: During::Test { id, .. }, .. }) if id == "1"),
        "{commands:?}"
    );
    assert_eq!(dispatcher.hear(id(0, 1), &Message::Next), [run(id(0, 1), "b")]);
}

#[test]
fn a_file_that_kills_its_importer_is_not_tried_again() {
    let mut dispatcher = dispatcher(1, 0, &["a", "b"]);
    dispatcher.hear(id(0, 0), &Message::Next);
    let commands = dispatcher.bury(id(0, 0), killed());
    assert!(
        matches!(&commands[0], Command::Mourn(Loss { during: During::Collection(file), .. }) if file == "a"),
        "{commands:?}"
    );
    assert_eq!(dispatcher.hear(id(0, 1), &Message::Next), [run(id(0, 1), "b")]);
}

#[test]
fn nobody_is_started_for_nothing() {
    let mut dispatcher = dispatcher(1, 0, &["a"]);
    dispatcher.hear(id(0, 0), &Message::Next);
    dispatcher.hear(id(0, 0), &collected("a", &["1"]));
    dispatcher.hear(id(0, 0), &start(0));
    assert_eq!(dispatcher.bury(id(0, 0), killed()).len(), 1);
    assert!(dispatcher.is_over());
}

#[test]
fn failures_of_all_workers_count_for_maxfail() {
    let mut dispatcher = dispatcher(2, 2, &["a", "b", "c"]);
    dispatcher.hear(id(0, 0), &Message::Next);
    dispatcher.hear(id(1, 0), &Message::Next);
    assert_eq!(dispatcher.hear(id(0, 0), &failure()), []);
    assert_eq!(dispatcher.hear(id(0, 0), &Message::Ask), [Command::Tell(id(0, 0), Order::Proceed)]);
    assert_eq!(dispatcher.hear(id(1, 0), &failure()), [stop(id(0, 0)), stop(id(1, 0))]);
    assert_eq!(dispatcher.stopped(), Some(&Stop::MaxFail(2)));
    // The unasked `stop` is the answer to whatever they ask.
    assert_eq!(dispatcher.hear(id(0, 0), &Message::Ask), []);
    assert_eq!(dispatcher.hear(id(1, 0), &Message::Next), []);
    assert!(!dispatcher.is_drained());
}

#[test]
fn an_expected_failure_does_not_count() {
    let mut dispatcher = dispatcher(1, 1, &["a"]);
    let report = Report { outcome: "failed".to_owned(), wasxfail: Some(String::new()), ..Report::default() };
    assert_eq!(dispatcher.hear(id(0, 0), &Message::Report(Box::new(report))), []);
}

#[test]
fn workers_that_never_list_the_files_end_the_run() {
    let mut dispatcher = Dispatcher::default();
    dispatcher.start(1);
    for generation in 0..2 {
        let commands = dispatcher.bury(id(0, generation), killed());
        assert_eq!(commands[1], Command::Start(id(0, generation + 1)));
    }
    dispatcher.bury(id(0, 2), killed());
    assert_eq!(dispatcher.stopped(), Some(&Stop::CannotStart));
}

#[test]
fn a_session_that_ends_itself_ends_the_others() {
    let bye = |status, should_fail: Option<&str>| Message::Bye {
        status,
        should_fail: should_fail.map(str::to_owned),
        should_stop: None,
    };
    for (message, early) in [
        (bye(0, None), false),
        (bye(1, None), false),
        (bye(1, Some("why")), true),
        (bye(2, None), true),
        (bye(7, None), true),
    ] {
        let mut dispatcher = dispatcher(2, 0, &["a", "b"]);
        let commands = dispatcher.hear(id(0, 0), &message);
        assert_eq!(commands.contains(&stop(id(1, 0))), early, "{message:?}");
    }
}

#[test]
fn deaths_after_a_signal_are_no_surprise() {
    let mut dispatcher = dispatcher(1, 0, &["a"]);
    dispatcher.hear(id(0, 0), &Message::Next);
    dispatcher.stop(Stop::Signal);
    assert_eq!(dispatcher.bury(id(0, 0), killed()), []);
    assert!(dispatcher.is_over());
}

#[test]
fn a_replacement_is_never_sent_home_for_want_of_files() {
    let mut dispatcher = dispatcher(2, 0, &["a"]);
    let worker = id(1, 0);
    assert_eq!(dispatcher.hear(worker, &Message::Next), [run(worker, "a")]);
    dispatcher.hear(worker, &collected("a", &["1", "2"]));
    dispatcher.hear(worker, &start(0));
    assert!(dispatcher.bury(worker, killed()).contains(&Command::Start(id(1, 1))));
    let go = Command::Tell(id(1, 1), Order::Go { count: 2 });
    assert_eq!(dispatcher.hear(id(1, 1), &Message::Hello(Box::new(hello()))), [go]);
}

#[test]
fn a_worker_that_comes_late_is_not_relied_on_and_sent_home() {
    let mut dispatcher = Dispatcher::default();
    dispatcher.start(2);
    dispatcher.settle(Policy { retries: 1, ..policy(2, 0) });
    let (first, late) = (id(0, 0), id(1, 0));
    dispatcher.hear(first, &Message::Hello(Box::new(hello())));
    dispatcher.hear(first, &Message::Files(Box::default()));
    dispatcher.plan(units(&["a"]), Timings::default());
    dispatcher.hear(first, &Message::Next);
    dispatcher.hear(first, &collected("a", &["1"]));
    dispatcher.hear(first, &start(0));
    let failed = Report { outcome: "failed".to_owned(), when: "call".to_owned(), ..Report::default() };
    assert!(dispatcher.tries_again(first, &failed));
    // The last attempt is left to the one that is still starting.
    assert_eq!(dispatcher.hear(first, &Message::Next), [stop(first)]);
    dispatcher.hear(first, &done(0));
    dispatcher.hear(first, &Message::Bye { status: 1, should_fail: None, should_stop: None });
    assert_eq!(dispatcher.bury(first, killed()), []);
    let go = Command::Tell(late, Order::Go { count: 2 });
    assert_eq!(dispatcher.hear(late, &Message::Hello(Box::new(hello()))), [go]);
    dispatcher.hear(late, &Message::Files(Box::default()));
    assert_eq!(dispatcher.hear(late, &Message::Next), [run_alone(late, "a", 0)]);
}
