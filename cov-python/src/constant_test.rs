//! Tests that are decided before the program runs, and cases that always match: what the possible arcs leave out.

use ruff_python_ast::{BoolOp, Expr, Int, MatchCase, Number, Pattern, UnaryOp};

/// What `test` always comes to, or `None` where it depends on the run.
///
/// This is `is_constant_test_expr` of coverage.py's parser.py. It knows less than CPython's compiler: literals, and
/// `not`, `and`, `or` over nothing but them.
pub(crate) fn constant_test(test: &Expr) -> Option<bool> {
    match test {
        Expr::BooleanLiteral(literal) => Some(literal.value),
        Expr::NoneLiteral(_) => Some(false),
        Expr::EllipsisLiteral(_) => Some(true),
        Expr::StringLiteral(literal) => Some(!literal.value.is_empty()),
        Expr::BytesLiteral(literal) => Some(literal.value.iter().any(|part| !part.is_empty())),
        Expr::NumberLiteral(literal) => Some(match &literal.value {
            Number::Int(int) => *int != Int::ZERO,
            Number::Float(float) => *float != 0.0,
            Number::Complex { real, imag } => *real != 0.0 || *imag != 0.0,
        }),
        Expr::Name(name) if name.id.as_str() == "__debug__" => Some(true),
        Expr::UnaryOp(operation) if operation.op == UnaryOp::Not => {
            constant_test(&operation.operand).map(|value| !value)
        }
        Expr::BoolOp(operation) => {
            let mut values = operation.values.iter().map(constant_test);
            match operation.op {
                BoolOp::Or => values.try_fold(false, |any, value| Some(any | value?)),
                BoolOp::And => values.try_fold(true, |all, value| Some(all & value?)),
            }
        }
        _ => None,
    }
}

/// Whether whatever reaches `case` matches it: a wildcard or a bare name without a guard.
///
/// This is `_case_is_irrefutable` of coverage.py's parser.py.
pub(crate) fn always_matches(case: &MatchCase) -> bool {
    if case.guard.is_some() {
        return false;
    }
    let mut pattern = &case.pattern;
    // Alternatives within an `as` are not looked into, as there.
    while let Pattern::MatchOr(alternatives) = pattern {
        let Some(last) = alternatives.patterns.last() else { return false };
        pattern = last;
    }
    while let Pattern::MatchAs(capture) = pattern {
        let Some(inner) = &capture.pattern else { return true };
        pattern = inner;
    }
    false
}

#[cfg(test)]
mod tests {
    use ruff_python_ast::Stmt;
    use ruff_python_parser::{parse_expression, parse_module};

    use super::*;

    #[track_caller]
    fn check(test: &str, expected: Option<bool>) {
        let parsed = parse_expression(test).unwrap();
        assert_eq!(constant_test(parsed.expr()), expected, "{test}");
    }

    #[test]
    fn literals_are_as_true_as_in_python() {
        for falsy in
            ["False", "None", "0", "0x00", "0_0", "0.0", "1e-999", "0j", "''", "b''", "'' \"\"", "'\\\n'"]
        {
            check(falsy, Some(false));
        }
        for truthy in
            ["True", "...", "__debug__", "1", "99999999999999999999", ".1", "1j", "' '", "'' 'a'", "b'\\0'"]
        {
            check(truthy, Some(true));
        }
    }

    #[test]
    fn only_not_and_or_of_literals_are_folded() {
        check("not (not 0)", Some(false));
        check("1 and 'a' and not None", Some(true));
        check("0 or '' or ()", None);
        check("x or 1", None);
        check("0 and x", None);
        check("-1", None);
        check("1 == 1", None);
        check("()", None);
        check("f''", None);
    }

    #[test]
    fn wildcards_and_bare_names_always_match() {
        for (pattern, expected) in [
            ("_", true),
            ("name", true),
            ("1 | _", true),
            ("(_ as a) as b", true),
            ("_ if x", false),
            ("1 as a", false),
            ("[*_]", false),
            ("(1 | _) as a", false),
            ("1 | 2", false),
        ] {
            let parsed = parse_module(&format!("match a:\n    case {pattern}: pass\n")).unwrap();
            let Stmt::Match(statement) = &parsed.syntax().body[0] else { panic!("a match statement") };
            assert_eq!(always_matches(&statement.cases[0]), expected, "{pattern}");
        }
    }
}
