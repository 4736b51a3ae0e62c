"""Fixtures for all tests."""

from __future__ import annotations

from pathlib import Path
from typing import Iterator, List

import pytest

from analysis.formats import CsvFormat, JsonLinesFormat
from analysis.model import Incident
from api.application import Application
from api.server import serving
from api.store import Store
from tests.builders import many_incidents

PROJECT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def quarter() -> List[Incident]:
    """Two thousand incidents, made once for each process."""
    return many_incidents(2000)


@pytest.fixture(scope="session")
def quarter_files(quarter: List[Incident], tmp_path_factory: pytest.TempPathFactory) -> List[Path]:
    """The quarter as eight files of both formats that can be written; tests only read them."""
    directory = tmp_path_factory.mktemp("quarter")
    paths = []
    for number in range(8):
        form = (CsvFormat(), JsonLinesFormat())[number % 2]
        path = directory / f"part-{number}.{form.name}"
        with path.open("w", encoding="utf-8", newline="") as file:
            form.write(quarter[number::8], file)
        paths.append(path)
    return paths


@pytest.fixture(scope="session")
def server(quarter: List[Incident]) -> Iterator[str]:
    """The address of a server on a free port; tests only read from it."""
    with serving(Application(Store(quarter))) as address:
        yield address


@pytest.fixture
def project() -> Path:
    """Where `python -m pipeline.cli` is run from."""
    return PROJECT
