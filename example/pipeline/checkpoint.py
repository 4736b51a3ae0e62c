"""What a batch has done already, kept in a file so that the next run does only the rest."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import tempfile
import threading
from pathlib import Path
from typing import Dict


def digest(path: Path) -> str:
    """The SHA-256 of a file's bytes."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


class Checkpoint:
    """Digests by file name; each mark is on disk before `mark` returns."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()
        self._done = self._load()

    def __repr__(self) -> str:
        return f"<Checkpoint {self.path} of {len(self._done)} files>"

    def _load(self) -> Dict[str, str]:
        try:
            done = json.loads(self.path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        except ValueError:
            # A spoilt checkpoint costs a second run of files that are done, no more.
            return {}
        return done if isinstance(done, dict) else {}

    def is_done(self, path: Path) -> bool:
        """Whether the file was processed, with the text that it has now."""
        with self._lock:
            known = self._done.get(path.name)
        return known is not None and known == digest(path)

    def mark(self, path: Path) -> None:
        """Note that the file is processed."""
        value = digest(path)
        with self._lock:
            self._done[path.name] = value
            self._save()

    def forget(self, path: Path) -> None:
        """Have the file processed again by the next run."""
        with self._lock:
            if self._done.pop(path.name, None) is not None:
                self._save()

    def _save(self) -> None:
        handle, name = tempfile.mkstemp(dir=str(self.path.parent), prefix=self.path.name)
        partial = Path(name)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                json.dump(self._done, file, indent=1, sort_keys=True)
            partial.replace(self.path)
        except OSError:
            with contextlib.suppress(OSError):
                partial.unlink()
            raise
