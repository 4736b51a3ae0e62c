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
    Message::Collected(Collected {
        file: file.to_owned(),
        ids: tests.iter().map(|test| (*test).to_owned()).collect(),
        deselected: 0,
        unmatched: Vec::new(),
        us: 0,
    })
}

fn start(test: &str) -> Message {
    Message::Start { id: test.to_owned() }
}

fn done(test: &str) -> Message {
    Message::Done { id: test.to_owned() }
}

fn failure() -> Message {
    Message::Report(Box::new(Report { outcome: "failed".to_owned(), ..Report::default() }))
}

fn run(worker: WorkerId, file: &str, skip: &[&str]) -> Command {
    let skip = skip.iter().map(|test| (*test).to_owned()).collect();
    Command::Tell(worker, Order::Run { file: file.to_owned(), skip })
}

fn stop(worker: WorkerId) -> Command {
    Command::Tell(worker, Order::Stop)
}

/// A dispatcher whose workers have all listed `files` and wait for nothing yet.
fn dispatcher(workers: u32, maxfail: u32, files: &[&str]) -> Dispatcher {
    let mut dispatcher = Dispatcher::default();
    dispatcher.start(workers);
    dispatcher.settle(workers, maxfail, None);
    let files: Vec<String> = files.iter().map(|file| (*file).to_owned()).collect();
    for slot in 0..workers {
        dispatcher.hear(id(slot, 0), &Message::Hello(Box::new(hello())));
        dispatcher.hear(id(slot, 0), &Message::Files { files: Vec::new(), forkable: None });
    }
    dispatcher.plan(&files);
    dispatcher
}

#[test]
fn surplus_workers_are_sent_home_and_missing_ones_started() {
    let mut dispatcher = Dispatcher::default();
    assert_eq!(dispatcher.start(2), [Command::Start(id(0, 0)), Command::Start(id(1, 0))]);
    assert_eq!(dispatcher.settle(1, 0, None), []);
    let hello = Message::Hello(Box::new(hello()));
    assert_eq!(dispatcher.hear(id(1, 0), &hello), [stop(id(1, 0))]);
    assert_eq!(dispatcher.hear(id(0, 0), &hello), [Command::Tell(id(0, 0), Order::Go { count: 1 })]);
    assert_eq!(dispatcher.settle(3, 0, None), [Command::Start(id(2, 0))]);
    // Who was sent home is not mourned.
    assert_eq!(dispatcher.bury(id(1, 0), killed()), []);
}

#[test]
fn there_are_no_more_workers_than_files() {
    let mut dispatcher = Dispatcher::default();
    assert_eq!(dispatcher.start(64).len(), 8);
    assert_eq!(dispatcher.settle(64, 0, None), []);
    let files: Vec<String> = (0..20).map(|each| each.to_string()).collect();
    assert_eq!(dispatcher.plan(&files).len(), 12);
    let mut dispatcher = Dispatcher::default();
    dispatcher.start(4);
    dispatcher.settle(4, 0, None);
    assert_eq!(dispatcher.plan(&files[..2]), []);
    let hello = Message::Hello(Box::new(hello()));
    assert_eq!(dispatcher.hear(id(1, 0), &hello), [Command::Tell(id(1, 0), Order::Go { count: 4 })]);
    assert_eq!(dispatcher.hear(id(2, 0), &hello), [stop(id(2, 0))]);
}

#[test]
fn files_go_to_whoever_asks_first() {
    let mut dispatcher = dispatcher(2, 0, &["a", "b", "c"]);
    let (first, second) = (id(0, 0), id(1, 0));
    assert_eq!(dispatcher.hear(second, &Message::Next), [run(second, "a", &[])]);
    assert_eq!(dispatcher.hear(first, &Message::Next), [run(first, "b", &[])]);
    assert_eq!(dispatcher.hear(first, &Message::Next), [run(first, "c", &[])]);
    assert!(dispatcher.is_drained());
    assert_eq!(dispatcher.hear(first, &Message::Next), [stop(first)]);
    assert_eq!(dispatcher.hear(second, &Message::Next), [stop(second)]);
}

#[test]
fn what_a_dead_worker_leaves_goes_to_its_replacement() {
    let mut dispatcher = dispatcher(1, 0, &["a", "b"]);
    let worker = id(0, 0);
    dispatcher.hear(worker, &Message::Next);
    for message in [collected("a", &["1", "2", "3"]), start("1"), done("1"), start("2")] {
        assert_eq!(dispatcher.hear(worker, &message), []);
    }
    let commands = dispatcher.bury(worker, killed());
    let loss = Loss { worker, death: killed(), during: During::Test("2".to_owned()) };
    assert_eq!(commands, [Command::Mourn(loss), Command::Start(id(0, 1))]);
    assert_eq!(dispatcher.hear(id(0, 1), &Message::Next), [run(id(0, 1), "a", &["1", "2"])]);
    // It dies again, and what was skipped stays so.
    for message in [collected("a", &["1", "2", "3"]), start("3")] {
        dispatcher.hear(id(0, 1), &message);
    }
    dispatcher.hear(id(0, 1), &Message::Files { files: Vec::new(), forkable: None });
    dispatcher.bury(id(0, 1), killed());
    assert_eq!(dispatcher.hear(id(0, 2), &Message::Next), [run(id(0, 2), "b", &[])]);
}

#[test]
fn a_file_that_was_announced_is_not_lost_with_the_last_test_of_another() {
    let mut dispatcher = dispatcher(1, 0, &["a", "b"]);
    let worker = id(0, 0);
    dispatcher.hear(worker, &Message::Next);
    dispatcher.hear(worker, &collected("a", &["1"]));
    dispatcher.hear(worker, &start("1"));
    assert_eq!(dispatcher.hear(worker, &Message::Next), [run(worker, "b", &[])]);
    let commands = dispatcher.bury(worker, killed());
    assert!(
        matches!(&commands[0], Command::Mourn(Loss { during: During::Test(test), .. }) if test == "1"),
        "{commands:?}"
    );
    assert_eq!(dispatcher.hear(id(0, 1), &Message::Next), [run(id(0, 1), "b", &[])]);
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
    assert_eq!(dispatcher.hear(id(0, 1), &Message::Next), [run(id(0, 1), "b", &[])]);
}

#[test]
fn nobody_is_started_for_nothing() {
    let mut dispatcher = dispatcher(1, 0, &["a"]);
    dispatcher.hear(id(0, 0), &Message::Next);
    dispatcher.hear(id(0, 0), &collected("a", &["1"]));
    dispatcher.hear(id(0, 0), &start("1"));
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
