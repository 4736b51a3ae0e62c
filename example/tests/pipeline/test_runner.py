from __future__ import annotations

import json
import threading
import time
from pathlib import Path

import pytest

from pipeline.checkpoint import Checkpoint
from pipeline.runner import BatchRunner, Outcome
from pipeline.stages import Deduplicate, Stage, Where
from tests.builders import incident

ROW = json.dumps(incident().to_mapping()) + "\n"


@pytest.fixture
def write(tmp_path):
    """Writes files into an input directory and gives their paths."""
    directory = tmp_path / "in"
    directory.mkdir()

    def write(**texts):
        paths = []
        for name, text in texts.items():
            path = directory / f"{name}.jsonl"
            path.write_text(text)
            paths.append(path)
        return paths

    return write


@pytest.fixture
def flaky(monkeypatch):
    """Lets the first so many attempts to open a file of the batch fail."""

    def flaky(failures):
        real = Path.open
        left = [failures]

        def fail_at_first(path, mode="r", *args, **kwargs):
            if path.parent.name == "in" and left[0] > 0:
                left[0] -= 1
                raise OSError("the share is away")
            return real(path, mode, *args, **kwargs)

        monkeypatch.setattr(Path, "open", fail_at_first)

    return flaky


def test_a_quarter_goes_through(quarter_files, quarter, tmp_path):
    runner = BatchRunner([Deduplicate(), Where("severity >= high")], tmp_path / "out")
    result = runner.run(quarter_files)
    assert result.ok
    assert [file.path for file in result.files] == quarter_files
    assert sum(file.read for file in result.files) == len(quarter)
    written = sum(len(path.read_text().splitlines()) for path in (tmp_path / "out").iterdir())
    assert written == sum(file.written for file in result.files)
    assert written == sum(1 for one in quarter if one.severity >= 3)


def test_bad_records_are_counted_and_good_ones_kept(write, tmp_path):
    (file,) = BatchRunner([], tmp_path).run(write(a=ROW + "{\n" + ROW)).files
    assert (file.outcome, file.read, file.rejected) == (Outcome.DONE, 2, 1)


def test_one_file_that_fails_does_not_harm_the_others(write, tmp_path):
    paths = write(a=ROW, c=ROW)
    paths.insert(1, paths[0].with_name("b.txt"))
    paths[1].write_text("what is this")
    result = BatchRunner([], tmp_path / "out").run(paths)
    assert [file.outcome.value for file in result.files] == ["done", "failed", "done"]
    assert "unknown format" in result.files[1].error
    assert not result.ok


def test_fail_fast_begins_nothing_after_a_failure(write, tmp_path):
    paths = [tmp_path / "none.csv", *write(a=ROW, b=ROW)]
    runner = BatchRunner([], tmp_path / "out", workers=1, retries=0, fail_fast=True)
    result = runner.run(paths)
    assert result.count(Outcome.FAILED) == 1
    assert result.count(Outcome.CANCELLED) == 2


@pytest.mark.parametrize(
    ("failures", "outcome", "pauses"),
    [
        (0, Outcome.DONE, []),
        (1, Outcome.DONE, [0.1]),
        (2, Outcome.DONE, [0.1, 0.2]),
        (3, Outcome.FAILED, [0.1, 0.2]),
    ],
)
def test_reading_is_tried_again_after_growing_pauses(
    write, flaky, tmp_path, failures, outcome, pauses
):
    slept = []
    runner = BatchRunner([], tmp_path / "out", retries=2, sleep=slept.append)
    paths = write(a=ROW)
    flaky(failures)
    (file,) = runner.run(paths).files
    assert file.outcome is outcome
    assert file.attempts == len(pauses) + 1
    assert slept == pauses


@pytest.mark.slow
def test_the_pauses_are_real(write, flaky, tmp_path):
    paths = write(a=ROW)
    flaky(2)
    begin = time.monotonic()
    assert BatchRunner([], tmp_path / "out", pause=0.2).run(paths).ok
    assert time.monotonic() - begin >= 0.6


def test_what_is_done_is_not_done_again(write, tmp_path):
    paths = write(a=ROW, b=ROW)
    checkpoint = tmp_path / "done.json"
    for outcomes in (["done", "done"], ["known", "known"]):
        runner = BatchRunner([], tmp_path / "out", checkpoint=Checkpoint(checkpoint))
        result = runner.run(paths)
        assert [file.outcome.value for file in result.files] == outcomes
        assert result.ok


class Rendezvous(Stage):
    """Goes on when `parties` threads are here at once."""

    def __init__(self, parties):
        self._barrier = threading.Barrier(parties)

    @property
    def name(self):
        return "rendezvous"

    def process(self, batch):
        self._barrier.wait(timeout=30)
        time.sleep(0.3)
        return list(batch)


@pytest.mark.slow
@pytest.mark.parametrize("workers", [2, 4])
def test_files_are_processed_at_the_same_time(write, tmp_path, workers):
    paths = write(a=ROW, b=ROW, c=ROW, d=ROW)
    result = BatchRunner([Rendezvous(workers)], tmp_path / "out", workers=workers).run(paths)
    assert result.count(Outcome.DONE) == 4


def test_debugging_tells_what_each_stage_leaves(write, tmp_path, capsys):
    BatchRunner([Where("not open")], tmp_path / "out", debug=True).run(write(a=ROW))
    assert capsys.readouterr().err == "a.jsonl: where not open: 0 left\n"


def test_a_batch_needs_a_worker(tmp_path):
    with pytest.raises(ValueError, match="at least one worker"):
        BatchRunner([], tmp_path, workers=0)
