"""The real projects that the tools are compared on: fetched from the package index, tests included, and never committed.

Everything stands under target/projects and is found again by the next run.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HOME = ROOT / "target" / "projects"
TOOLS = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "release"
PEERS = ["pytest-xdist==3.8.0", "pytest-cov==7.1.0", "coverage==7.17.3", "diff-cover==11.0.1"]


@dataclass(frozen=True)
class Project:
    """A project: its source distribution, the package that is measured, and what its suite needs."""

    name: str
    version: str
    package: str
    needs: list[str] = field(default_factory=list)
    pytest_args: list[str] = field(default_factory=list)
    # The newest that the suite passes under.
    pytest: str = "9.2.0"
    # What the measured package itself reads where it is a worker of pytest-xdist, and then does something else.
    workerinput: dict[str, str] = field(default_factory=dict)

    @property
    def path(self) -> Path:
        return HOME / f"{self.name}-{self.version}"


PROJECTS = [
    Project("marshmallow", "4.4.0", "marshmallow", ["simplejson"], ["tests"]),
    Project("boltons", "26.2.0", "boltons", [], ["tests"]),
    # test_serving starts servers on free ports and hangs where outside names do not resolve, under plain pytest too.
    Project(
        "werkzeug", "3.1.9", "werkzeug", ["pytest-timeout", "ephemeral-port-reserve", "watchdog"], ["--ignore=tests/test_serving.py", "tests"]
    ),
    Project("click", "8.5.1", "click", [], ["tests"]),
    Project("jinja2", "3.1.6", "jinja2", ["markupsafe", "trio"], ["tests"]),
    Project("attrs", "26.1.0", "attr,attrs", ["hypothesis", "cloudpickle", "pympler"], ["tests"]),
    Project("networkx", "3.6.1", "networkx", [], ["networkx/generators", "networkx/classes"]),
    Project("sqlalchemy", "2.1.9", "sqlalchemy", ["typing-extensions", "greenlet"], ["test/base", "test/engine"], workerinput={"follower_ident": "test_1"}),
    Project("djangorestframework", "3.18.3", "rest_framework", ["django==5.2.19", "pytest-django==4.14.0", "dj-database-url"], ["tests"]),
    Project(
        "starlette",
        "1.10.0",
        "starlette",
        ["anyio==4.16.0", "trio", "httpx<0.29", "httpx2", "itsdangerous", "jinja2", "python-multipart", "pyyaml", "opentelemetry-sdk", "blockbuster"],
        ["tests"],
    ),
]


def run(command: list[str | Path], **options) -> None:
    """Runs `command`; when it fails, says what it printed and ends."""
    done = subprocess.run(command, capture_output=True, text=True, **options)
    if done.returncode:
        sys.exit(f"{' '.join(map(str, command))} failed:\n{done.stdout}{done.stderr}")


def pythons() -> list[Path]:
    """Python 3.11 and 3.13, as far as they are there: PYTHONS (colon-separated), else from the PATH and pyenv."""
    if chosen := os.environ.get("PYTHONS"):
        return [Path(python) for python in chosen.split(":")]
    return [found for version in ("3.11", "3.13") if (found := python_of(version))] or [Path(sys.executable)]


def python_of(version: str) -> Path | None:
    """The interpreter of a version like 3.11, from the PATH or pyenv."""
    candidates = [shutil.which(f"python{version}"), *sorted(Path.home().glob(f".pyenv/versions/{version}.*/bin/python"))]
    works = (c for c in candidates if c and version_of(Path(c)).startswith(f"{version}."))
    return next((Path(python) for python in works), None)


def version_of(python: Path) -> str:
    """The version of the interpreter, empty if it does not run."""
    done = subprocess.run([python, "-c", "import platform; print(platform.python_version())"], capture_output=True, text=True)
    return done.stdout.strip()


def fetch(project: Project) -> None:
    """Brings the project's source distribution, if it is not there yet."""
    if project.path.is_dir():
        return
    HOME.mkdir(parents=True, exist_ok=True)
    wanted = f"{project.name}=={project.version}"
    run([sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary=:all:", "-d", HOME, wanted])
    with tarfile.open(HOME / f"{project.name}-{project.version}.tar.gz") as archive:
        archive.extractall(HOME, filter="data")


def environment(python: Path, projects: list[Project], name: str, more: tuple[str, ...] = ()) -> Path:
    """The `bin` of an environment of `python` with the peers, the projects and `more` packages installed."""
    venv = HOME / f"{name}-{version_of(python)}"
    ready = venv / "ready"
    if not ready.exists():
        for project in projects:
            fetch(project)
        run([python, "-m", "venv", "--clear", venv])
        pip = [venv / "bin" / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        run([*pip, *PEERS, *more, *{f"pytest=={project.pytest}" for project in projects}, *(need for project in projects for need in project.needs)])
        for project in projects:
            run([*pip, "--no-deps", "--editable", project.path])
        ready.touch()
    return venv / "bin"


def environment_of(python: Path, project: Project) -> Path:
    """The `bin` of an environment of `python` for one project alone: no plug-in that another one needs is in it."""
    return environment(python, [project], f"venv-{project.name}")


def clean_environ() -> dict[str, str]:
    """The environment without what would change a measurement."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("COV", "PYTEST", "CI", "PYTHON"))}
