"""Reads configurations as coverage.py does: a list of cases on stdin, a list of settings or errors on stdout."""

import json
import os
import sys
import tempfile

from coverage.config import read_coverage_config
from coverage.results import should_fail_under


def text(value):
    """A value that coverage.py does not check. Ours refuses at once what no later use could turn into a text."""
    if not isinstance(value, (str, int, float, type(None))):
        raise TypeError(f"not a string: {value!r}")
    return None if value is None else str(value)


def settings(case):
    warnings = []
    config = read_coverage_config(case.get("rcfile") or True, warnings.append)
    # What coverage.py checks only when it reports.
    should_fail_under(0, config.fail_under, 0)
    if not 0 <= config.precision <= 255:
        raise ValueError("precision")
    for regexes in (config.exclude_list, config.partial_list):
        assert all(isinstance(regex, str) for regex in regexes)
    return {
        "path": config.config_file and os.path.relpath(config.config_file),
        "warnings": sorted(warning.split("'")[1].rstrip("=") for warning in warnings),
        "run": {
            "branch": config.branch,
            "command_line": text(config.command_line),
            "concurrency": config.concurrency,
            "context": text(config.context),
            "core": text(config.core),
            "cover_pylib": config.cover_pylib,
            "data_file": config.data_file,
            "debug": config.debug,
            "debug_file": config.debug_file,
            "disable_warnings": config.disable_warnings,
            "dynamic_context": text(config.dynamic_context),
            "include": config.run_include,
            "omit": config.run_omit,
            "parallel": config.parallel,
            "patch": config.patch,
            "plugins": config.plugins,
            "relative_files": config.relative_files,
            "sigterm": config.sigterm,
            "source": config.source or [],
            "source_dirs": config.source_dirs,
            "source_pkgs": config.source_pkgs,
            "timid": config.timid,
        },
        "paths": list(config.paths.items()),
        "report": {
            "contexts": config.report_contexts or [],
            "exclusions": config.exclude_list,
            "fail_under": float(config.fail_under),
            "format": text(config.format),
            "ignore_errors": config.ignore_errors,
            "include": config.report_include or [],
            "include_namespace_packages": config.include_namespace_packages,
            "omit": config.report_omit or [],
            "partial": config.partial_list,
            "partial_branches_always": config.partial_always_list,
            "precision": int(config.precision),
            "show_missing": config.show_missing,
            "skip_covered": config.skip_covered,
            "skip_empty": config.skip_empty,
            "sort": text(config.sort),
        },
        "html": {
            "directory": config.html_dir,
            "extra_css": text(config.extra_css),
            "show_contexts": config.show_contexts,
            "skip_covered": config.html_skip_covered,
            "skip_empty": config.html_skip_empty,
            "title": text(config.html_title),
        },
        "xml": {"output": config.xml_output, "package_depth": int(config.xml_package_depth)},
        "json": {
            "output": config.json_output,
            "pretty_print": config.json_pretty_print,
            "show_contexts": config.json_show_contexts,
        },
        "lcov": {"output": config.lcov_output, "line_checksums": config.lcov_line_checksums},
    }


def answer(case):
    with tempfile.TemporaryDirectory() as directory:
        os.chdir(directory)
        for name, content in case["files"].items():
            with open(name, "wb") as file:
                file.write(bytes(content))
        os.environ.clear()
        os.environ.update(case["environment"])
        try:
            return {"settings": settings(case)}
        except Exception as error:
            return {"error": f"{type(error).__name__}: {error}"}
        finally:
            os.chdir("/")


json.dump([answer(case) for case in json.load(sys.stdin)], sys.stdout)
