from __future__ import annotations

import asyncio

import pytest

from pipeline.inbox import Inbox


@pytest.fixture
def inbox(tmp_path):
    return Inbox(tmp_path, interval=0.05)


def test_a_file_is_taken_when_it_has_stopped_to_grow(inbox, tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("id")
    assert inbox.poll() == []
    path.write_text("id,service")
    assert inbox.poll() == []
    assert inbox.poll() == [path]
    assert inbox.poll() == []


def test_a_file_that_changes_comes_again(inbox, tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("id")
    inbox.poll()
    assert inbox.poll() == [path]
    path.write_text("id,service")
    inbox.poll()
    assert inbox.poll() == [path]


def test_a_file_of_the_same_name_is_another_one(inbox, tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("id")
    inbox.poll()
    inbox.poll()
    path.unlink()
    assert inbox.poll() == []
    path.write_text("id")
    inbox.poll()
    assert inbox.poll() == [path]


def test_other_files_are_left_alone(inbox, tmp_path):
    (tmp_path / "notes.txt").write_text("")
    (tmp_path / ".a.csv").write_text("")
    assert inbox.poll() == inbox.poll() == []


@pytest.mark.slow
def test_files_that_arrive_one_by_one_are_all_seen(inbox, tmp_path):
    names = ["a.csv", "b.jsonl", "c.log"]

    async def deliver():
        for name in names:
            await asyncio.sleep(0.1)
            (tmp_path / name).write_text("id")

    async def collect():
        found = []
        async for path in inbox.watch():
            found.append(path.name)
            if len(found) == len(names):
                break
        return found

    async def both():
        found, _ = await asyncio.gather(asyncio.wait_for(collect(), 30), deliver())
        return found

    assert asyncio.run(both()) == names


@pytest.mark.slow
def test_watching_ends_when_patience_does(inbox, tmp_path):
    (tmp_path / "a.csv").write_text("id")

    async def collect():
        return [path.name async for path in inbox.watch(patience=0.6)]

    assert asyncio.run(asyncio.wait_for(collect(), 30)) == ["a.csv"]
