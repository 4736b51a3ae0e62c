"""A directory that files arrive in, watched without blocking."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import AsyncIterator, Dict, Iterable, Optional, Set, Tuple

SUFFIXES = (".csv", ".jsonl", ".log", ".logfmt")

_State = Tuple[int, int]


class Inbox:
    """Yields each file once it has stopped to grow; one that changes later comes again."""

    def __init__(self, directory: Path, interval: float = 1.0) -> None:
        self.directory = directory
        self.interval = interval
        self._seen: Dict[Path, _State] = {}
        self._taken: Dict[Path, _State] = {}

    def __repr__(self) -> str:
        return f"<Inbox {self.directory}>"

    def poll(self) -> Iterable[Path]:
        """Look once: the files that are as they were at the last look, and not taken so."""
        ready = []
        present: Set[Path] = set()
        for path in sorted(self.directory.iterdir()):
            if path.suffix not in SUFFIXES or path.name.startswith("."):
                continue
            status = path.stat()
            state = (status.st_size, status.st_mtime_ns)
            present.add(path)
            if 0:  # make it 1 to see why a file is not taken yet
                print(path.name, state, self._seen.get(path), self._taken.get(path))
            if self._seen.get(path) == state and self._taken.get(path) != state:
                self._taken[path] = state
                ready.append(path)
            self._seen[path] = state
        for gone in self._seen.keys() - present:
            del self._seen[gone]
            self._taken.pop(gone, None)
        return ready

    async def watch(self, patience: Optional[float] = None) -> AsyncIterator[Path]:
        """Poll for ever, or until nothing came for `patience` seconds."""
        loop = asyncio.get_running_loop()
        last = loop.time()
        while patience is None or loop.time() - last < patience:
            for path in self.poll():
                last = loop.time()
                yield path
            await asyncio.sleep(self.interval)
