"""The Python files that our static analysis is compared on: standard libraries and well-known packages, never committed.

Everything stands under target/corpus and is found again by the next run: the packages' sources, and what coverage.py says of
them under each Python.
"""

from __future__ import annotations

import gzip
import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from projects import ROOT, run, version_of

HOME = ROOT / "target" / "corpus"
ORACLE = ROOT / "cov-python" / "tests" / "oracle" / "oracle.py"
COVERAGE = "coverage==7.17.3"

# Wheels where they hold what matters; source distributions where those add the tests, which are full of rare syntax.
WHEELS = """
    ansible-core==2.21.5 babel==2.18.0 botocore==1.44.5 docutils==0.23 flask==3.1.3 hypothesis==6.170.15 ipython==9.18.1
    jinja2==3.1.6 libcst==1.9.0 mypy==2.4.1 networkx==3.7 nltk==3.10.4 pip==26.3 pydantic==2.14.3 pygments==2.21.0
    requests==2.34.2 setuptools==84.2.1 sphinx==9.2.0 sqlalchemy==2.1.9 sympy==1.14.0 twisted==26.10.0 werkzeug==3.1.9
"""
SOURCES = """
    aiohttp==3.14.5 attrs==26.1.0 black==26.10.1 celery==5.7.0 coverage==7.17.3 django==6.1.3 jedi==0.20.1 parso==0.8.7
    pycodestyle==2.15.0 pylint==4.1.4 pytest==9.2.0 rich==15.0.0 scrapy==2.19.0 tornado==6.6.1 trio==0.35.0
"""


@dataclass(frozen=True)
class Part:
    """A part of the corpus: a directory of Python files, and a name that says which."""

    name: str
    path: Path

    def files(self) -> list[str]:
        """The names of its Python files, sorted; one with a line break in it cannot be handed on."""
        found = []
        for directory, subdirectories, names in os.walk(self.path):
            subdirectories[:] = sorted(set(subdirectories) - {"site-packages", "__pycache__"})
            found += [os.path.join(directory, name) for name in names if name.endswith(".py") and "\n" not in name]
        return sorted(found)


def fetch(wanted: str, kind: str) -> Part:
    """The sources of a package, `wanted` in the manner of `name==version`, brought from the index if they are not there."""
    path = HOME / "sources" / wanted
    if not path.is_dir():
        archives = HOME / "archives" / wanted
        shutil.rmtree(archives, ignore_errors=True)
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps", "-d", archives]
        run([*pip, f"--{'only' if kind == 'wheel' else 'no'}-binary=:all:", wanted])
        (archive,) = archives.iterdir()
        unpacked = path.with_name(f"{wanted}.part")
        shutil.rmtree(unpacked, ignore_errors=True)
        if archive.suffix == ".whl":
            with zipfile.ZipFile(archive) as wheel:
                wheel.extractall(unpacked)
        else:
            with tarfile.open(archive) as source:
                source.extractall(unpacked, filter="data")
        unpacked.rename(path)
    return Part(wanted, path)


def parts(python: Path) -> Iterator[Part]:
    """The corpus for one Python: its standard library, then the packages."""
    asked = [python, "-c", "import sysconfig; print(sysconfig.get_path('stdlib'))"]
    library = subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip()
    yield Part(f"python=={version_of(python)}", Path(library))
    for kind, wanted in [("wheel", WHEELS), ("source", SOURCES)]:
        for package in wanted.split():
            yield fetch(package, kind)


def environment(python: Path) -> Path:
    """The interpreter of an environment of `python` that has coverage.py."""
    venv = HOME / f"venv-{version_of(python)}"
    if not (venv / "ready").exists():
        run([python, "-m", "venv", "--clear", venv])
        run([venv / "bin" / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check", COVERAGE])
        (venv / "ready").touch()
    return venv / "bin" / "python"


def oracle(python: Path, files: list[str], jobs: int) -> bytes:
    """What coverage.py says of `files` under `python`, a line of JSON each."""
    command = [environment(python), "-X", "utf8", ORACLE, f"--jobs={jobs}"]
    env = {**os.environ, "PYTHONHASHSEED": "0", "PYTHONSAFEPATH": "1"}
    done = subprocess.run(command, input="\n".join([*files, ""]).encode(), stdout=subprocess.PIPE, env=env)
    if done.returncode:
        sys.exit(f"{ORACLE} ended with {done.returncode}")
    return done.stdout


def expected(python: Path, part: Part, jobs: int) -> bytes:
    """What coverage.py says of a part of the corpus: kept by the part, the Python, and the text of the oracle."""
    digest = hashlib.sha256(ORACLE.read_bytes() + COVERAGE.encode()).hexdigest()[:12]
    kept = HOME / "facts" / version_of(python) / digest / f"{part.name}.jsonl.gz"
    if not kept.exists():
        kept.parent.mkdir(parents=True, exist_ok=True)
        unfinished = kept.with_name(f"{part.name}.part")
        unfinished.write_bytes(gzip.compress(oracle(python, part.files(), jobs), compresslevel=1))
        unfinished.rename(kept)
    return gzip.decompress(kept.read_bytes())
