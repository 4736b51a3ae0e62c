"""The command line as a user starts it: another process, its status and its streams."""

from __future__ import annotations

import subprocess
import sys

import pytest


@pytest.fixture
def pipeline(project):
    def pipeline(*arguments):
        return subprocess.run(
            [sys.executable, "-m", "pipeline.cli", *arguments],
            cwd=project,
            capture_output=True,
            check=False,
            encoding="utf-8",
            timeout=60,
        )

    return pipeline


def test_help_names_the_commands(pipeline):
    done = pipeline("--help")
    assert done.returncode == 0
    for command in ("validate", "convert", "summary", "bursts", "digest", "run"):
        assert command in done.stdout


def test_a_summary_of_a_quarter(pipeline, quarter_files, quarter):
    done = pipeline("summary", *map(str, quarter_files))
    assert done.returncode == 0
    assert done.stdout.split()[:2] == ["incidents", str(len(quarter))]
    assert done.stderr == ""


@pytest.mark.slow
def test_a_batch_of_a_quarter(pipeline, quarter_files, tmp_path):
    done = pipeline("run", "--output", str(tmp_path), "--workers", "2", *map(str, quarter_files))
    assert done.returncode == 0, done.stderr
    assert done.stdout.endswith("8 done, 0 known\n")


def test_an_error_is_one_line_on_stderr(pipeline):
    done = pipeline("summary", "none.csv")
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
