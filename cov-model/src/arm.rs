//! What taking an arm of a branch does, in words.

use crate::report::FileCoverage;

/// The scopes of a file: functions and classes by where they are, to tell what an arm leaves.
///
/// The words are those of coverage.py (`arc_description` of its parser.py). A report keeps them only where they do not
/// follow from the arm's name, see [`crate::Branch::described`].
#[derive(Clone, Debug)]
pub struct Scopes<'f> {
    /// First line, last line, and what leaving it is called; ascending by first line, outer before inner.
    scopes: Vec<(u32, u32, Scope<'f>)>,
}

#[derive(Clone, Copy, Debug)]
enum Scope<'f> {
    Function(&'f str),
    Class(&'f str),
}

impl<'f> Scopes<'f> {
    /// The scopes of `file`. A function or class whose end is not known is none.
    pub fn of(file: &'f FileCoverage) -> Self {
        let functions = file.functions.iter().filter_map(|((start, name), function)| {
            Some((*start, function.end?, Scope::Function(last_of(name))))
        });
        let classes = file
            .classes
            .iter()
            .filter_map(|((start, name), class)| Some((*start, class.end?, Scope::Class(last_of(name)))));
        let mut scopes: Vec<_> = functions.chain(classes).collect();
        scopes.sort_by_key(|&(start, end, _)| (start, std::cmp::Reverse(end)));
        Self { scopes }
    }

    /// What taking `arm`, a destination (see [`crate::Naming::Destination`]), of the branch in `line` does: `jump to line
    /// 5`, or what leaving the innermost scope around the line is called.
    pub fn action(&self, line: u32, arm: &str) -> String {
        if !arm.starts_with('-') {
            return format!("jump to line {arm}");
        }
        let before = self.scopes.partition_point(|&(start, ..)| start <= line);
        match self.scopes[..before].iter().rev().find(|&&(_, end, _)| line <= end) {
            Some((_, _, Scope::Function(name))) => format!("return from function '{name}'"),
            Some((_, _, Scope::Class(name))) => format!("exit class '{name}'"),
            None => "exit the module".to_owned(),
        }
    }
}

/// The function's own name, of one with the names around it.
fn last_of(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{Class, Function};

    #[test]
    fn leaving_is_named_after_the_innermost_scope() {
        let function = |end| Function { end: Some(end), ..Function::default() };
        let file = FileCoverage {
            functions: [((3, "C.f".to_owned()), function(8)), ((5, "C.f.g".to_owned()), function(6))].into(),
            classes: [((1, "C".to_owned()), Class { end: Some(9) })].into(),
            ..FileCoverage::default()
        };
        let scopes = Scopes::of(&file);
        assert_eq!(scopes.action(6, "-5"), "return from function 'g'");
        assert_eq!(scopes.action(7, "-3"), "return from function 'f'");
        assert_eq!(scopes.action(9, "-1"), "exit class 'C'");
        assert_eq!(scopes.action(10, "-1"), "exit the module");
        assert_eq!(scopes.action(6, "7"), "jump to line 7");
    }
}
