//! What kinds of test programs need to be measured shard by shard: variables, which are set, and arguments, which the user
//! writes.

use std::env;
use std::fmt::Write as _;

use crate::refusal::Refusal;

/// What a kind of test program needs.
#[derive(Debug)]
pub(super) struct Preset {
    /// Its names; the first is listed.
    pub(super) names: &'static [&'static str],
    /// The options and the command that go with it.
    pub(super) usage: &'static str,
    /// The variables that are set, with placeholders in their values.
    pub(super) environment: &'static [(&'static str, &'static str)],
    /// A variable that must be there.
    pub(super) needs: Option<&'static str>,
    /// What it does not do.
    pub(super) limit: Option<&'static str>,
}

/// The one whose variables are those of coverage.py, and need a file of configuration.
pub(super) const PYTHON: &str = "python";

const PRESETS: [Preset; 15] = [
    Preset {
        names: &[PYTHON, "pytest-plain", "unittest"],
        usage: "--list-cmd 'ls tests/test_*.py' -- python -m unittest {tests}",
        environment: &[
            ("COVERAGE_PROCESS_START", "{tmp}/coveragerc"),
            ("COVERAGE_RCFILE", "{tmp}/coveragerc"),
            ("COVERAGE_FILE", "{out}/.coverage"),
        ],
        needs: None,
        limit: Some("older coverage.py does not start by itself: write `coverage run -m unittest {tests}`"),
    },
    Preset {
        names: &["go"],
        usage: "--list-cmd 'go list ./...' -- go test -covermode=atomic -coverpkg=./... -coverprofile={out}/c.out {tests}",
        environment: &[("GOCOVERDIR", "{out}")],
        needs: None,
        limit: Some("Go's profiles are not read: gocover-cobertura < c.out > c.xml in {out}, with --shell"),
    },
    Preset {
        names: &["jest"],
        usage: "-- npx jest --shard={shard}/{total} --coverage --coverageReporters=cobertura --coverageDirectory={out}",
        environment: &[("JEST_JUNIT_OUTPUT_FILE", "{junit}")],
        needs: None,
        limit: Some(
            "coverageThreshold judges each shard alone: add --coverageThreshold='{}' and use cov-gate",
        ),
    },
    Preset {
        names: &["vitest"],
        usage: "-- npx vitest run --shard={shard}/{total} --coverage.enabled --coverage.reporter=cobertura --coverage.reportsDirectory={out}/coverage",
        environment: &[],
        needs: None,
        limit: Some("coverage.thresholds judge each shard alone: leave them to cov-gate"),
    },
    Preset {
        names: &["playwright"],
        usage: "-- npx playwright test --shard={shard}/{total} --reporter=junit",
        environment: &[
            ("PLAYWRIGHT_JUNIT_OUTPUT_FILE", "{junit}"),
            ("PLAYWRIGHT_JUNIT_OUTPUT_NAME", "{junit}"),
        ],
        needs: None,
        limit: Some(
            "what runs in browsers is not measured: have the tests write Cobertura into $COV_RUN_OUT",
        ),
    },
    Preset {
        names: &["node"],
        usage: "-- npx c8 --temp-directory={tmp}/v8 --reporter=cobertura --reports-dir={out} node --test --test-shard={shard}/{total}",
        environment: &[("NODE_V8_COVERAGE", "{out}/v8")],
        needs: None,
        limit: Some("V8's own coverage is not read: c8 makes Cobertura of it"),
    },
    Preset {
        names: &["nextest"],
        usage: "-- cargo nextest run --partition slice:{shard}/{total}",
        environment: &[("LLVM_PROFILE_FILE", "{out}/%p-%8m.profraw")],
        needs: None,
        limit: Some(
            "build with RUSTFLAGS=-Cinstrument-coverage; raw profiles are not read: see cargo-llvm-cov",
        ),
    },
    Preset {
        names: &["cargo-llvm-cov"],
        usage: "-n 1 -- cargo llvm-cov nextest --partition slice:{shard}/{total} --cobertura --output-path {out}/c.xml",
        environment: &[],
        needs: None,
        limit: Some("shards share the target directory: one at a time (-n 1), or one a machine (--shard)"),
    },
    Preset {
        names: &["gcc"],
        usage: "-- ctest -I {shard},,{total}",
        environment: &[("GCOV_PREFIX", "{out}")],
        needs: None,
        // gcovr lets gcov write its files into the root, where those of another shard have the same names.
        limit: Some(
            "counters are not read: with --shell, ctest ... && cp --parents $PWD/*.gcno {out} && flock . gcovr -r . --cobertura {out}/c.xml {out}",
        ),
    },
    Preset {
        names: &["clang"],
        usage: "-- ctest -I {shard},,{total}",
        environment: &[("LLVM_PROFILE_FILE", "{out}/%p-%8m.profraw")],
        needs: None,
        limit: Some(
            "raw profiles are not read: llvm-profdata merge and llvm-cov export, then lcov_cobertura",
        ),
    },
    Preset {
        names: &["jvm"],
        usage: "--tests classes.txt -- mvn -o surefire:test -Dtest={tests:,}",
        environment: &[(
            "JAVA_TOOL_OPTIONS",
            "-javaagent:${JACOCO_AGENT}=destfile={out}/jacoco.exec,append=true ${JAVA_TOOL_OPTIONS}",
        )],
        needs: Some("JACOCO_AGENT"),
        limit: Some(
            "JACOCO_AGENT names jacocoagent.jar; its data is not read: convert JaCoCo's XML to Cobertura",
        ),
    },
    Preset {
        names: &["dotnet"],
        usage: "--tests classes.txt -- dotnet test --no-build --collect 'XPlat Code Coverage' --results-directory {out} --filter {tests:|}",
        environment: &[],
        needs: None,
        limit: None,
    },
    Preset {
        names: &["ruby"],
        usage: "--list-cmd 'find spec -name *_spec.rb' -- bundle exec rspec {tests}",
        environment: &[("TEST_ENV_NUMBER", "{shard}")],
        needs: None,
        limit: Some(
            "in spec_helper: SimpleCov.coverage_dir ENV[\"COV_RUN_OUT\"], formatter CoberturaFormatter",
        ),
    },
    Preset {
        names: &["php"],
        usage: "--list-cmd 'ls tests/*Test.php' --shell -- 'for t in {tests}; do vendor/bin/phpunit --coverage-cobertura={out}/$(basename $t).xml $t || exit; done'",
        environment: &[("XDEBUG_MODE", "coverage"), ("TEST_TOKEN", "{shard}")],
        needs: None,
        limit: Some("needs Xdebug or PCOV; phpunit takes one path, hence the loop"),
    },
    Preset {
        names: &["dart"],
        usage: "-- flutter test --total-shards {total} --shard-index {shard0} --coverage --coverage-path={out}/lcov.info",
        environment: &[],
        needs: None,
        limit: Some("LCOV is not read: lcov_cobertura {out}/lcov.info -o {out}/c.xml, with --shell"),
    },
];

impl Preset {
    /// The preset of this name.
    pub(super) fn named(name: &str) -> anyhow::Result<&'static Self> {
        let preset = PRESETS.iter().find(|preset| preset.names.contains(&name)).ok_or_else(|| {
            let names: Vec<_> = PRESETS.iter().map(|preset| preset.names[0]).collect();
            Refusal::usage(format!("there is no preset {name:?}: there are {}", names.join(", ")))
        })?;
        match preset.needs.filter(|name| env::var_os(name).is_none()) {
            Some(variable) => Err(Refusal::usage(format!("--preset {name} needs the variable {variable}"))),
            None => Ok(preset),
        }
    }

    /// The name that it is listed under.
    pub(super) fn name(&self) -> &'static str {
        self.names[0]
    }
}

/// `text` with `${NAME}` replaced by the variable of this name, empty where there is none.
pub(super) fn with_environment(text: &str) -> String {
    let mut filled = String::new();
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once("${") {
        let (name, behind) = behind.split_once('}').unwrap_or((behind, ""));
        filled.push_str(before);
        filled.push_str(&env::var(name).unwrap_or_default());
        rest = behind;
    }
    filled + rest
}

/// What there is, with what users have to write and what presets do not do.
pub(super) fn list() -> String {
    let mut text = "Written as: cov-run --cmd --preset NAME, and then\n".to_owned();
    for Preset { names, usage, limit, .. } in &PRESETS {
        // A string takes everything.
        let _ = writeln!(text, "{:<15} {usage}", names[0]);
        if let Some(limit) = limit {
            let _ = writeln!(text, "{:<15}   ({limit})", "");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::placeholder::Word;

    #[test]
    fn names_are_unique_and_words_can_be_read() {
        let mut names: Vec<_> = PRESETS.iter().flat_map(|preset| preset.names).collect();
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count);
        for preset in &PRESETS {
            assert!(Word::parse(preset.usage, true).is_ok(), "{}", preset.usage);
            for (_, value) in preset.environment {
                assert!(Word::parse(value, true).is_ok(), "{value}");
            }
        }
    }

    #[test]
    fn the_list_is_a_screen() {
        assert!(list().lines().count() <= 32, "{}", list());
    }
}
