"""Has coverage.py measure and judge programs, and keeps what went in and what came out, for our analysis to be held against.

    python harvest.py upstream DIRECTORY              coverage.py's own tests, from its source distribution
    python harvest.py programs DIRECTORY SEED NUMBER  random programs

Writes into DIRECTORY: `cases.jsonl`, a line for each judgement, with the source and the data file that it names beside it;
of upstream's tests also `parsed.jsonl`, what was parsed, to be handed to `oracle.py`, and `tables.jsonl`, what functions of
results.py were asked and answered.
"""

import contextlib
import decimal
import json
import os
import random
import signal
import subprocess
import sys
import tarfile
import warnings
from pathlib import Path

import coverage
from coverage import control, results
from coverage.data import CoverageData
from coverage.misc import join_regex
from coverage.parser import PythonParser
from coverage.python import PythonFileReporter

from oracle import LONGEST, give_up

UPSTREAM = "coverage==7.17.3"
TESTS = ["arcs", "coverage", "oddball", "parser", "regions", "results"]

# These need the whole of coverage.py's work tree, or count references, which recording changes.
NOT_HERE = "MemoryFumbling or MemoryLeak or MockingProtection or real_code_regions or 2000 or 10000"


class Harvest:
    """Where the judgements are kept."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.directory.mkdir(parents=True, exist_ok=True)
        self.cases = []
        self.analyse = results.analysis_from_file_reporter

    def judge(self, data, precision, reporter, filename):
        """`analysis_from_file_reporter`, recorded."""
        analysis = self.analyse(data, precision, reporter, filename)
        if isinstance(reporter, PythonFileReporter):
            self.keep(data, reporter, filename, analysis)
        return analysis

    def keep(self, data, reporter, filename, analysis):
        stem = self.directory / f"case{len(self.cases)}-{os.getpid()}"
        source, copy = Path(f"{stem}.py"), CoverageData(basename=f"{stem}.coverage")
        source.write_bytes(Path(reporter.filename).read_bytes())
        copy.update(data)
        copy.close()
        config = reporter.coverage.config
        numbers = analysis.numbers
        self.cases.append(
            {
                "name": os.environ.get("PYTEST_CURRENT_TEST", filename),
                "source": str(source),
                "data": copy.base_filename(),
                "path": filename,
                "exclude": config.exclude_list,
                "partial": config.partial_list + config.partial_always_list,
                "has_arcs": analysis.has_arcs,
                "statements": sorted(analysis.statements),
                "missing": sorted(analysis.missing),
                "excluded": sorted(analysis.excluded),
                "branch_stats": sorted([line, *stats] for line, stats in analysis.branch_stats().items()) if analysis.has_arcs else [],
                "missing_branch_arcs": sorted((line, sorted(arms)) for line, arms in analysis.missing_branch_arcs().items() if arms),
                "executed_branch_arcs": sorted((line, sorted(arms)) for line, arms in analysis.executed_branch_arcs().items()),
                "numbers": {
                    name: getattr(numbers, name)
                    for name in ("n_statements", "n_excluded", "n_missing", "n_branches", "n_partial_branches", "n_missing_branches")
                },
            }
        )

    def write(self, name, records):
        with open(self.directory / name, "a", encoding="utf-8") as file:
            file.writelines(json.dumps(record) + "\n" for record in records)


class Recorder:
    """A plug-in of pytest's that records what coverage.py's own tests make of it."""

    def __init__(self, harvest: Harvest) -> None:
        self.harvest = harvest
        self.parsed = {}
        self.tables = []
        control.analysis_from_file_reporter = harvest.judge
        for name in ("display_covered", "should_fail_under", "format_lines"):
            setattr(results, name, self.asked(name, getattr(results, name)))
        self.record_parsing()

    def asked(self, name, function):
        def recorded(*args, **named):
            answer = function(*args, **named)
            args += tuple(named.values())
            # The shortest decimal that is the double, as a fraction of whole numbers.
            exact = [decimal.Decimal(repr(arg)).as_integer_ratio() if isinstance(arg, float) else arg for arg in args]
            self.tables.append({"function": name, "arguments": plain(exact), "answer": answer})
            return answer

        return recorded

    def record_parsing(self):
        parse, match = PythonParser.parse_source, PythonParser.lines_matching

        def parse_source(parser):
            self.note(parser.text, exclude=[parser.exclude] if parser.exclude else [])
            return parse(parser)

        def lines_matching(parser, regex):
            self.note(parser.text, exclude=[], partial=[regex])
            return match(parser, regex)

        PythonParser.parse_source, PythonParser.lines_matching = parse_source, lines_matching

    def note(self, text, **patterns):
        name = os.environ.get("PYTEST_CURRENT_TEST", "?")
        wanted = {"text": text, **patterns}
        if text.isascii() or text == text.encode("utf-8", "replace").decode():
            self.parsed.setdefault(json.dumps(wanted), {"path": name, **wanted})

    def pytest_sessionfinish(self):
        self.harvest.write("cases.jsonl", self.harvest.cases)
        self.harvest.write("parsed.jsonl", self.parsed.values())
        self.harvest.write("tables.jsonl", self.tables)


def plain(value):
    """`value` as JSON can have it: lists for all collections, sorted where they have no order."""
    if value is None or isinstance(value, (str, int)):
        return value
    return sorted(value) if isinstance(value, set) else [plain(item) for item in value]


def upstream(directory: Path) -> None:
    import pytest

    home = Path(sys.prefix) / UPSTREAM
    if not home.is_dir():
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
        subprocess.run([*pip, "--no-binary=:all:", "-d", directory, UPSTREAM], check=True)
        (archive,) = directory.glob("*.tar.gz")
        with tarfile.open(archive) as members:
            # The tests alone: what they test is the wheel that is installed.
            tests = [member for member in members if member.name.split("/")[1:2] == ["tests"]]
            members.extractall(f"{home}.part", tests, filter="data")
        (root,) = Path(f"{home}.part").iterdir()
        root.rename(home)
    os.chdir(home)
    sys.path.insert(0, str(home))
    options = ["-q", "-c", os.devnull, f"--rootdir={home}", "-p", "no:cacheprovider", "-o", "python_classes=*Test", "-k", f"not ({NOT_HERE})"]
    names = [f"tests/test_{name}.py" for name in TESTS]
    sys.exit(pytest.main([*options, *names], plugins=[Recorder(Harvest(directory))]))


class Failure(Exception):
    """What the random programs raise and catch."""


def runtime(seed: str, calls: int, end) -> dict:
    """The names that random programs use; the program ends with the last of `calls`."""
    chance = random.Random(seed)
    left = [calls]

    def c(*_args):
        left[0] -= 1
        if left[0] < 0:
            end()
        if chance.random() < 0.05:
            raise Failure
        return chance.random() < 0.5

    class Manager:
        def __enter__(self):
            return c

        def __exit__(self, kind, *_):
            return kind is Failure and chance.random() < 0.3

        async def __aenter__(self):
            return c

        async def __aexit__(self, kind, *_):
            return kind is Failure and chance.random() < 0.3

    async def g():
        for _ in range(chance.randrange(3)):
            yield c()

    async def w():
        return c()

    def call(function):
        try:
            made = function()
            if hasattr(made, "send"):
                made.send(None)
            elif hasattr(made, "asend"):
                made.asend(None).send(None)
        except (Exception, StopAsyncIteration):
            pass

    return {
        "__name__": "program",
        "E": Failure,
        "TYPE_CHECKING": False,
        "c": c,
        "call": call,
        "d": lambda function: function,
        "e": lambda *_: lambda function: function,
        "f": lambda: range(chance.randrange(3)),
        "g": g,
        "m": Manager,
        "v": lambda: chance.choice([1, 2, -1, "a", [1, 2], {"k": 1}, None]),
        "w": w,
    }


def programs(directory: Path, seed: int, number: int) -> None:
    from programs import write_programs

    harvest = Harvest(directory)
    for name in write_programs(directory, seed, number, dead_code=sys.version_info >= (3, 12)):
        # A process each: that ends even a program that would catch everything.
        child = os.fork()
        if child == 0:
            status = 1
            try:
                run(harvest, name, f"{seed}/{name}")
                status = 0
            finally:
                sys.stderr.flush()
                os._exit(status)
        if os.waitpid(child, 0)[1]:
            sys.exit(f"{name} could not be measured")


def run(harvest: Harvest, name: str, seed: str) -> None:
    """Measures one program, and judges what was measured; then judges arcs that no run of it measured."""
    measured = coverage.Coverage(data_file=None, branch=True, config_file=False, include=[name])

    def end():
        measured.stop()
        judge(harvest, measured, name, seed)
        os._exit(0)

    code = compile(Path(name).read_text(encoding="utf-8"), name, "exec", dont_inherit=True)
    names = runtime(seed, 300, end)
    measured.start()
    try:
        exec(code, names)
    except BaseException:
        pass
    end()


def judge(harvest: Harvest, measured, name: str, seed: str) -> None:
    """Judges the data measured of a program in three ways. Of few programs coverage.py's own analysis fails, or never gets
    done: those it skips."""
    signal.signal(signal.SIGALRM, give_up)
    signal.alarm(LONGEST)
    with contextlib.suppress(AssertionError, TimeoutError):
        judge_all(harvest, measured, name, seed)
    signal.alarm(0)
    harvest.write("cases.jsonl", harvest.cases)


def judge_all(harvest: Harvest, measured, name: str, seed: str) -> None:
    chance = random.Random(seed)
    data = measured.get_data()
    reporter = PythonFileReporter(name, measured)
    harvest.judge(data, 0, reporter, name)
    # A run without branches knows the same lines.
    lines = CoverageData(no_disk=True)
    lines.add_lines({name: data.lines(name) or []})
    harvest.judge(lines, 0, reporter, name)
    # What sys.monitoring would tell, jumps out of `with`, and what cannot be.
    arcs = [*reporter.arcs(), *reporter.parser._with_jump_fixers]
    arcs += [(line, line) for line in reporter.lines()]
    arcs += [(chance.randrange(1, 80), chance.randrange(-80, 80)) for _ in range(20)]
    invented = CoverageData(no_disk=True)
    invented.add_arcs({name: [arc for arc in sorted(set(arcs)) if chance.random() < 0.5]})
    harvest.judge(invented, 0, reporter, name)


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    kind, directory, *numbers = sys.argv[1:]
    if kind == "upstream":
        upstream(Path(directory).resolve())
    else:
        programs(Path(directory).resolve(), *map(int, numbers))
