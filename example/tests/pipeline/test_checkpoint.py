from __future__ import annotations

import json
import sys

import pytest

from pipeline.checkpoint import Checkpoint, digest


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("id\n")
    return path


@pytest.fixture
def checkpoint(tmp_path):
    return Checkpoint(tmp_path / "done.json")


def test_nothing_is_done_at_first(checkpoint, file):
    assert not checkpoint.is_done(file)


def test_a_mark_outlives_the_process(checkpoint, file):
    checkpoint.mark(file)
    assert Checkpoint(checkpoint.path).is_done(file)
    assert json.loads(checkpoint.path.read_text()) == {"a.csv": digest(file)}


def test_a_file_that_changed_is_not_done(checkpoint, file):
    checkpoint.mark(file)
    file.write_text("id,service\n")
    assert not checkpoint.is_done(file)


def test_a_file_that_is_forgotten_is_not_done(checkpoint, file):
    checkpoint.mark(file)
    checkpoint.forget(file)
    assert not Checkpoint(checkpoint.path).is_done(file)


@pytest.mark.parametrize("text", ["", "{", "[]", "null"])
def test_a_spoilt_checkpoint_is_an_empty_one(tmp_path, file, text):
    path = tmp_path / "done.json"
    path.write_text(text)
    checkpoint = Checkpoint(path)
    assert not checkpoint.is_done(file)
    checkpoint.mark(file)
    assert Checkpoint(path).is_done(file)


def test_no_scraps_are_left(checkpoint, file, tmp_path):
    checkpoint.mark(file)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.csv", "done.json"]


@pytest.mark.skipif(sys.platform != "win32", reason="only Windows refuses to replace an open file")
def test_a_checkpoint_that_someone_reads_is_kept(checkpoint, file):
    checkpoint.mark(file)
    with checkpoint.path.open(), pytest.raises(OSError):
        checkpoint.mark(file)
    assert Checkpoint(checkpoint.path).is_done(file)
