"""The batch: many files through the same stages, several at a time."""

from __future__ import annotations

import enum
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Callable, Iterable, List, Optional, Sequence

from analysis.formats import JsonLinesFormat, format_of
from analysis.model import Incident
from pipeline.checkpoint import Checkpoint
from pipeline.stages import Stage


class Outcome(enum.Enum):
    """How it ended for one file."""

    DONE = "done"
    KNOWN = "known"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass
class FileResult:
    """What became of one file."""

    path: Path
    outcome: Outcome
    read: int = 0
    written: int = 0
    rejected: int = 0
    attempts: int = 0
    error: str = ""


@dataclass
class BatchResult:
    """What became of all of them, in the order in which they were given."""

    files: List[FileResult] = field(default_factory=list)

    def count(self, outcome: Outcome) -> int:
        """How many files ended so."""
        return sum(1 for file in self.files if file.outcome is outcome)

    @property
    def ok(self) -> bool:
        """Whether every file is processed, now or in an earlier run."""
        return not self.count(Outcome.FAILED) and not self.count(Outcome.CANCELLED)


class BatchRunner:
    """Runs files through stages; reading is tried again after a pause that doubles."""

    def __init__(
        self,
        stages: Sequence[Stage],
        output: Path,
        *,
        workers: int = 4,
        retries: int = 2,
        pause: float = 0.1,
        fail_fast: bool = False,
        checkpoint: Optional[Checkpoint] = None,
        sleep: Callable[[float], None] = time.sleep,
        debug: bool = False,
    ) -> None:
        if workers < 1:
            raise ValueError("a batch needs at least one worker")
        self.stages = list(stages)
        self.output = output
        self.workers = workers
        self.retries = retries
        self.pause = pause
        self.fail_fast = fail_fast
        self.checkpoint = checkpoint
        self.debug = debug
        self._sleep = sleep
        self._stop = threading.Event()

    def __repr__(self) -> str:
        return f"<BatchRunner {self.workers} workers, {len(self.stages)} stages>"

    def run(self, paths: Iterable[Path]) -> BatchResult:
        """Process the files; one that fails does not keep the others from it."""
        self._stop.clear()
        self.output.mkdir(parents=True, exist_ok=True)
        with ThreadPoolExecutor(self.workers, thread_name_prefix="batch") as pool:
            return BatchResult(list(pool.map(self._run_file, paths)))

    def cancel(self) -> None:
        """Begin no more files; those that are begun are finished."""
        self._stop.set()

    def _run_file(self, path: Path) -> FileResult:
        if self._stop.is_set():
            return FileResult(path, Outcome.CANCELLED)
        result = FileResult(path, Outcome.DONE)
        try:
            if self.checkpoint is not None and self.checkpoint.is_done(path):
                result.outcome = Outcome.KNOWN
                return result
            incidents = self._read(path, result)
            for stage in self.stages:
                incidents = stage.process(incidents)
                if self.debug:
                    print(f"{path.name}: {stage.name}: {len(incidents)} left", file=sys.stderr)
            result.written = self._write(path, incidents)
            if self.checkpoint is not None:
                self.checkpoint.mark(path)
        except (OSError, ValueError) as error:
            result.outcome = Outcome.FAILED
            result.error = str(error)
            if self.fail_fast:
                self.cancel()
        return result

    def _read(self, path: Path, result: FileResult) -> List[Incident]:
        pause = self.pause
        while True:
            result.attempts += 1
            try:
                with path.open(encoding="utf-8", newline="") as file:
                    parsed = format_of(path.name).read_all(file)
                break
            except OSError:
                if result.attempts > self.retries:
                    raise
                self._sleep(pause)
                pause *= 2
        result.read = len(parsed.incidents)
        result.rejected = len(parsed.errors)
        return parsed.incidents

    def _write(self, path: Path, incidents: Sequence[Incident]) -> int:
        target = self.output / f"{path.stem}.jsonl"
        partial = target.with_suffix(".partial")
        with partial.open("w", encoding="utf-8", newline="\n") as file:
            count = JsonLinesFormat().write(incidents, file)
        partial.replace(target)
        return count
