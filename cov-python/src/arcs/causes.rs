//! Why an arc was not taken and what taking it would have done, in coverage.py's words.

use std::fmt;

/// Why an arc may not be taken. Sorted as coverage.py's words for it are, since that is the order in which the causes
/// of one arc are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Cause {
    /// Control just goes on. coverage.py has the empty text for it: "didn't jump to line 2 because ".
    GoesOn,
    BreakNotExecuted,
    ConditionAlwaysTrue,
    ConditionNeverTrue,
    ContinueNotExecuted,
    ExceptionDidNotHappen,
    LoopDidNotComplete,
    LoopNeverStarted,
    PatternAlwaysMatched,
    PatternNeverMatched,
    RaiseNotExecuted,
    ReturnNotExecuted,
}

impl Cause {
    /// The cause as a part of a sentence about `line`.
    pub(super) fn on_line(self, line: i32) -> impl fmt::Display {
        fmt::from_fn(move |text| match self {
            Self::GoesOn => Ok(()),
            Self::BreakNotExecuted => write!(text, "the break on line {line} wasn't executed"),
            Self::ConditionAlwaysTrue => write!(text, "the condition on line {line} was always true"),
            Self::ConditionNeverTrue => write!(text, "the condition on line {line} was never true"),
            Self::ContinueNotExecuted => write!(text, "the continue on line {line} wasn't executed"),
            Self::ExceptionDidNotHappen => write!(text, "the exception caught by line {line} didn't happen"),
            Self::LoopDidNotComplete => write!(text, "the loop on line {line} didn't complete"),
            Self::LoopNeverStarted => write!(text, "the loop on line {line} never started"),
            Self::PatternAlwaysMatched => write!(text, "the pattern on line {line} always matched"),
            Self::PatternNeverMatched => write!(text, "the pattern on line {line} never matched"),
            Self::RaiseNotExecuted => write!(text, "the raise on line {line} wasn't executed"),
            Self::ReturnNotExecuted => write!(text, "the return on line {line} wasn't executed"),
        })
    }
}

/// What taking an arc does. Definitions go by their index among those of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Action {
    /// Control goes to the line that the arc names.
    Jump,
    ExitModule,
    ExitClass(u32),
    ReturnFrom(u32),
    ExceptFrom(u32),
}

impl Action {
    /// The action as a part of a sentence: what `line 1 didn't` do. `end` is where the arc leads.
    pub(super) fn described<'n>(self, end: i32, name: impl Fn(u32) -> &'n str) -> String {
        match self {
            Self::Jump if end < 0 => "jump to the function exit".to_owned(),
            Self::Jump => format!("jump to line {end}"),
            Self::ExitModule => "exit the module".to_owned(),
            Self::ExitClass(index) => format!("exit class '{}'", name(index)),
            Self::ReturnFrom(index) => format!("return from function '{}'", name(index)),
            Self::ExceptFrom(index) => format!("except from function '{}'", name(index)),
        }
    }
}
