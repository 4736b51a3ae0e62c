//! Which ways out of a condition Python's compiler leaves open.

use ruff_python_ast::{BoolOp, Expr, UnaryOp};

use super::constant::Constant;
use crate::python_version::PythonVersion;

/// Whether a condition may turn out true, and whether it may turn out false.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Outcomes {
    pub(super) may_be_true: bool,
    pub(super) may_be_false: bool,
}

impl Outcomes {
    /// The outcomes of a condition as CPython's `compiler_jump_if` and the removal of unreachable blocks leave them:
    /// `not`, `and`, `or` and `if` are jumps, and jumps on constants are decided.
    pub(super) fn of(condition: &Expr, version: PythonVersion) -> Self {
        match condition {
            Expr::UnaryOp(unary) if unary.op == UnaryOp::Not => Self::of(&unary.operand, version).negated(),
            Expr::BoolOp(chain) => {
                // `a and b` is false as soon as an operand is, `a or b` true.
                let decides = |outcomes: Self| match chain.op {
                    BoolOp::And => outcomes,
                    BoolOp::Or => outcomes.negated(),
                };
                let mut all = Self { may_be_true: true, may_be_false: false };
                for operand in &chain.values {
                    let operand = decides(Self::of(operand, version));
                    all.may_be_false |= operand.may_be_false;
                    all.may_be_true = operand.may_be_true;
                    if !operand.may_be_true {
                        break;
                    }
                }
                decides(all)
            }
            Expr::If(choice) => {
                let test = Self::of(&choice.test, version);
                let mut either = Self { may_be_true: false, may_be_false: false };
                for (is_open, arm) in [(test.may_be_true, &choice.body), (test.may_be_false, &choice.orelse)]
                {
                    if is_open {
                        let arm = Self::of(arm, version);
                        either.may_be_true |= arm.may_be_true;
                        either.may_be_false |= arm.may_be_false;
                    }
                }
                either
            }
            _ => match Constant::of(condition, version) {
                Some(constant) => {
                    let is_true = constant.is_true();
                    Self { may_be_true: is_true, may_be_false: !is_true }
                }
                None => Self { may_be_true: true, may_be_false: true },
            },
        }
    }

    fn negated(self) -> Self {
        Self { may_be_true: self.may_be_false, may_be_false: self.may_be_true }
    }
}

#[cfg(test)]
mod tests {
    use ruff_python_parser::parse_expression;

    use super::*;

    fn outcomes(condition: &str) -> &'static str {
        outcomes_under(condition, PythonVersion::Python312)
    }

    fn outcomes_under(condition: &str, version: PythonVersion) -> &'static str {
        let condition = parse_expression(condition).unwrap().into_expr();
        match Outcomes::of(&condition, version) {
            Outcomes { may_be_true: true, may_be_false: true } => "open",
            Outcomes { may_be_true: true, .. } => "true",
            Outcomes { may_be_false: true, .. } => "false",
            Outcomes { .. } => "none",
        }
    }

    #[test]
    fn constants_decide() {
        let truths = [
            "1",
            "-1",
            "~0",
            "not 0",
            "...",
            "'a'",
            "b'a'",
            "(0,)",
            "__debug__",
            "1j",
            "1.5",
            "0.0 or 1",
            "1 + 1",
            "'a' * 3",
            "2 ** 3",
            "7 // 2",
            "-7 % 3",
            "1 << 3",
            "(1, 2)[0]",
            "'abc'[-1]",
            "b'a'[0]",
            "f'a'",
            "99999999999999999999999999",
            "() + (1,)",
            "2 ** -1",
            "1 / 3",
        ];
        for truth in truths {
            assert_eq!(outcomes(truth), "true", "{truth}");
        }
        let falsehoods = [
            "0",
            "None",
            "False",
            "''",
            "b''",
            "()",
            "0.0",
            "0j",
            "not 1",
            "not __debug__",
            "1 - 1",
            "'' * 3",
            "3 % 3",
            "1 >> 1",
            "(1, 0)[1]",
            "f''",
            "6 & 1",
            "5 ^ 5",
            "0 | 0",
            "-0.0",
        ];
        for falsehood in falsehoods {
            assert_eq!(outcomes(falsehood), "false", "{falsehood}");
        }
    }

    #[test]
    fn what_python_does_not_compute_is_open() {
        let unknown = [
            "x",
            "1 == 1",
            "[]",
            "{}",
            "[0]",
            "(1, x)",
            "f'{1}'",
            "(x := 0)",
            "lambda: 0",
            "1 / 0",
            "1 % 0",
            "0 ** -1",
            "'a' * -1",
            "'a' * 5000",
            "(1,) * 300",
            "'%s' % 1",
            "1 << 200",
            "10 ** 100",
            "'a' + 1",
            "()[0]",
            "()[:]",
            "-'a'",
            "~1.5",
            "1 @ 1",
            "1 << -1",
            "x or y",
        ];
        for unknown in unknown {
            assert_eq!(outcomes(unknown), "open", "{unknown}");
        }
    }

    #[test]
    fn jumps_are_decided_one_operand_at_a_time() {
        for (condition, expected) in [
            ("0 and x", "false"),
            ("x and 0", "false"),
            ("1 and x", "open"),
            ("x or 1", "true"),
            ("1 or x", "true"),
            ("0 or x", "open"),
            ("not (x or 1)", "false"),
            ("(0 and x) or 0", "false"),
            ("0 if x else 0", "false"),
            ("x if 1 else 0", "open"),
            ("x if 0 else 1", "true"),
        ] {
            assert_eq!(outcomes(condition), expected, "{condition}");
        }
    }

    #[test]
    fn an_empty_f_string_is_computed_since_3_12() {
        assert_eq!(outcomes_under("f''", PythonVersion::Python311), "open");
        assert_eq!(outcomes_under("f'a'", PythonVersion::Python311), "true");
    }
}
