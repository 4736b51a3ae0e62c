"""The commands: validate, convert, summary, bursts, digest and run."""

from __future__ import annotations

import argparse
import json
import sys
from datetime import date
from pathlib import Path
from typing import Iterator, List, Optional, Sequence, TextIO

from analysis.aggregate import summarize
from analysis.bursts import find_bursts
from analysis.formats import FORMATS, format_of
from analysis.model import Incident, RecordError
from analysis.query import compile_query
from analysis.timestamps import format_duration, parse_duration
from pipeline.checkpoint import Checkpoint
from pipeline.digest import weekly_digest
from pipeline.runner import BatchRunner, Outcome
from pipeline.stages import Deduplicate, Keep, Stage, Where


def build_parser() -> argparse.ArgumentParser:
    """The parser; each command stores its function as `command`."""
    parser = argparse.ArgumentParser(prog="pipeline", description="Work on incident records.")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")

    validate = commands.add_parser("validate", help="name the records that are no incidents")
    validate.add_argument("files", nargs="+", type=Path, metavar="FILE")
    validate.set_defaults(command=validate_files)

    convert = commands.add_parser("convert", help="write the records in another format")
    convert.add_argument("files", nargs="+", type=Path, metavar="FILE")
    convert.add_argument("--to", choices=["csv", "jsonl"], default="jsonl")
    convert.set_defaults(command=convert_files)

    summary = commands.add_parser("summary", help="count the incidents and their durations")
    summary.add_argument("files", nargs="+", type=Path, metavar="FILE")
    summary.add_argument("--where", default="", metavar="QUERY")
    summary.add_argument("--json", action="store_true", help="for programs")
    summary.set_defaults(command=print_summary)

    bursts = commands.add_parser("bursts", help="find many incidents of a service in a short time")
    bursts.add_argument("files", nargs="+", type=Path, metavar="FILE")
    bursts.add_argument("--window", type=parse_duration, default="15m", metavar="DURATION")
    bursts.add_argument("--threshold", type=int, default=3, metavar="N")
    bursts.set_defaults(command=print_bursts)

    digest = commands.add_parser("digest", help="write the digest of a week")
    digest.add_argument("files", nargs="+", type=Path, metavar="FILE")
    digest.add_argument("--monday", type=date.fromisoformat, required=True, metavar="DATE")
    digest.set_defaults(command=print_digest)

    run = commands.add_parser("run", help="process files in a batch")
    run.add_argument("files", nargs="+", type=Path, metavar="FILE")
    run.add_argument("--output", type=Path, required=True, metavar="DIR")
    run.add_argument("--where", default="", metavar="QUERY")
    run.add_argument("--keep", choices=[keep.value for keep in Keep], default="last")
    run.add_argument("--workers", type=int, default=4, metavar="N")
    run.add_argument("--checkpoint", type=Path, metavar="FILE")
    run.add_argument("--debug", action="store_true", help="say what each stage leaves")
    run.set_defaults(command=run_batch)
    return parser


def main(argv: Optional[Sequence[str]] = None, out: Optional[TextIO] = None) -> int:
    """Run one command; 0 is success, 1 is a bad record or a failed file, 2 is bad usage."""
    arguments = build_parser().parse_args(argv)
    try:
        status: int = arguments.command(arguments, out or sys.stdout)
    except (OSError, ValueError) as error:
        print(f"pipeline: {error}", file=sys.stderr)
        return 1
    return status


def _read(files: Sequence[Path]) -> Iterator[Incident]:
    for path in files:
        with path.open(encoding="utf-8", newline="") as file:
            try:
                yield from format_of(path.name).read(file)
            except RecordError as error:
                raise ValueError(f"{path}: {error}") from error


def validate_files(arguments: argparse.Namespace, out: TextIO) -> int:
    """Print each bad record, and a line with the counts for each file."""
    bad = 0
    for path in arguments.files:
        with path.open(encoding="utf-8", newline="") as file:
            parsed = format_of(path.name).read_all(file)
        for error in parsed.errors:
            print(f"{path}: {error}", file=out)
        print(f"{path}: {len(parsed.incidents)} good, {len(parsed.errors)} bad", file=out)
        bad += len(parsed.errors)
    return 1 if bad else 0


def convert_files(arguments: argparse.Namespace, out: TextIO) -> int:
    """Write every incident in the format that is asked for."""
    FORMATS[arguments.to].write(_read(arguments.files), out)
    return 0


def print_summary(arguments: argparse.Namespace, out: TextIO) -> int:
    """Print the numbers, as a table or as JSON."""
    summary = summarize(filter(compile_query(arguments.where), _read(arguments.files)))
    if arguments.json:
        json.dump(summary.to_mapping(), out, indent=2)
        out.write("\n")
        return 0
    print(f"incidents  {summary.total:5}  ({summary.open} open)", file=out)
    for label, count in summary.by_severity.items():
        print(f"  {label:<9}{count:5}", file=out)
    if summary.median is not None and summary.p90 is not None:
        print(f"median     {format_duration(summary.median)}", file=out)
        print(f"90 %       {format_duration(summary.p90)}", file=out)
    return 0


def print_bursts(arguments: argparse.Namespace, out: TextIO) -> int:
    """Print a line for each burst."""
    bursts = find_bursts(_read(arguments.files), arguments.window, arguments.threshold)
    for burst in bursts:
        lasted = format_duration(burst.end - burst.start)
        print(
            f"{burst.start:%Y-%m-%d %H:%M} {burst.service}: {len(burst.identifiers)} "
            f"in {lasted}, worst {burst.worst.label}",
            file=out,
        )
    if not bursts:
        print("no bursts", file=out)
    return 0


def print_digest(arguments: argparse.Namespace, out: TextIO) -> int:
    """Print the digest of one week."""
    out.write(weekly_digest(list(_read(arguments.files)), arguments.monday))
    return 0


def run_batch(arguments: argparse.Namespace, out: TextIO) -> int:
    """Process the files and print what became of each."""
    stages: List[Stage] = [Deduplicate(Keep(arguments.keep))]
    if arguments.where:
        stages.append(Where(arguments.where))
    checkpoint = Checkpoint(arguments.checkpoint) if arguments.checkpoint else None
    runner = BatchRunner(
        stages,
        arguments.output,
        workers=arguments.workers,
        checkpoint=checkpoint,
        debug=arguments.debug,
    )
    result = runner.run(arguments.files)
    for file in result.files:
        note = f": {file.error}" if file.error else ""
        print(
            f"{file.outcome.value:<9} {file.path.name} {file.read} > {file.written}{note}", file=out
        )
    print(f"{result.count(Outcome.DONE)} done, {result.count(Outcome.KNOWN)} known", file=out)
    return 0 if result.ok else 1
