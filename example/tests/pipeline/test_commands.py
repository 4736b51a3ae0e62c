from __future__ import annotations

import io
import json

import pytest

from pipeline.cli.commands import main

GOOD = """\
id,service,severity,opened,resolved,summary,tags
a,search,high,2024-03-04T10:00:00Z,2024-03-04T10:20:00Z,disk full,
b,search,low,2024-03-04T10:05:00Z,2024-03-04T10:25:00Z,,
c,search,critical,2024-03-04T10:10:00Z,,,
"""


@pytest.fixture
def good(tmp_path):
    path = tmp_path / "good.csv"
    path.write_text(GOOD)
    return str(path)


@pytest.fixture
def bad(tmp_path):
    path = tmp_path / "bad.csv"
    path.write_text(GOOD + "d,search,awful,2024-03-04\n")
    return str(path)


def run(*argv):
    out = io.StringIO()
    status = main(argv, out)
    return status, out.getvalue()


def test_good_files_are_valid(good):
    assert run("validate", good) == (0, f"{good}: 3 good, 0 bad\n")


def test_bad_records_are_named(good, bad):
    status, text = run("validate", good, bad)
    assert status == 1
    assert f"{bad}: line 5: unknown severity 'awful'" in text
    assert f"{bad}: 3 good, 1 bad" in text


@pytest.mark.parametrize("name", ["csv", "jsonl"])
def test_converting_there_and_back(good, tmp_path, name):
    status, text = run("convert", good, "--to", name)
    assert status == 0
    path = tmp_path / f"there.{name}"
    path.write_text(text)
    assert run("convert", str(path), "--to", "csv") == (0, GOOD)


def test_a_summary_is_a_table(good):
    status, text = run("summary", good)
    assert status == 0
    assert text.splitlines() == [
        "incidents      3  (1 open)",
        "  critical     1",
        "  high         1",
        "  medium       0",
        "  low          1",
        "median     20m",
        "90 %       20m",
    ]


def test_a_summary_is_json_for_programs(good):
    status, text = run("summary", "--json", "--where", "severity > low", good)
    assert status == 0
    assert json.loads(text)["total"] == 2


def test_bursts_are_listed(good):
    status, text = run("bursts", "--window", "10m", good)
    assert status == 0
    assert text == "2024-03-04 10:00 search: 3 in 10m, worst critical\n"


def test_a_batch_is_run_once(good, tmp_path):
    argv = [
        "run", good, "--output", str(tmp_path / "out"), "--where", "open",
        "--checkpoint", str(tmp_path / "done.json"),
    ]  # fmt: skip
    assert run(*argv) == (0, "done      good.csv 3 > 1\n1 done, 0 known\n")
    assert run(*argv) == (0, "known     good.csv 0 > 0\n0 done, 1 known\n")


def test_a_batch_with_a_failure_says_so(good, tmp_path):
    notes = tmp_path / "notes.txt"
    notes.write_text("")
    status, text = run("run", good, str(notes), "--output", str(tmp_path / "out"), "--debug")
    assert status == 1
    assert "failed    notes.txt 0 > 0: notes.txt: unknown format" in text


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        (["summary", "{bad}"], "bad.csv: line 5: unknown severity 'awful'"),
        (["summary", "{good}", "--where", "no"], "column 3: expected an operator"),
        (["validate", "none.csv"], "none.csv"),
    ],
    ids=["bad record", "bad query", "no file"],
)
def test_errors_go_to_stderr(good, bad, capsys, argv, message):
    status, text = run(*(part.format(good=good, bad=bad) for part in argv))
    assert (status, text) == (1, "")
    error = capsys.readouterr().err
    assert error.startswith("pipeline: ")
    assert message in error


@pytest.mark.parametrize("argv", [[], ["fly"], ["run", "x.csv"], ["bursts", "x", "--window", "1w"]])
def test_bad_usage_is_status_2(argv, capsys):
    with pytest.raises(SystemExit) as caught:
        run(*argv)
    assert caught.value.code == 2
    assert "usage: pipeline" in capsys.readouterr().err
