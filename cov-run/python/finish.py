"""Turns the fragments of a run into coverage.py's JSON. Nothing of what is read is changed or removed."""

import glob
import json
import os
import sys
import warnings

import coverage
from coverage.exceptions import CoverageException, CoverageWarning, NoDataError


def journal_data(path):
    """What the journal of a worker that died holds, as data of coverage.py.

    The last line may be torn, since the worker died; everything before it is whole.
    """
    with open(path, "rb") as journal:
        lines = journal.read().split(b"\n")[:-1]
    if not lines:
        return None
    head = json.loads(lines[0].decode("ascii"))
    found, tracers = {}, {}
    for line in lines[1:]:
        entry = json.loads(line.decode("ascii"))
        if "tracers" in entry:
            tracers.update(entry["tracers"])
        else:
            found.setdefault(entry["file"], []).extend(entry["added"])
    data = coverage.CoverageData(basename=path + ".data")
    if head["branch"]:
        unpack = unpacked if head["packed"] else tuple
        data.add_arcs({name: [unpack(arc) for arc in arcs] for name, arcs in found.items()})
    else:
        data.add_lines(found)
    data.add_file_tracers({name: plugin for name, plugin in tracers.items() if name in found})
    data.write()
    close(data)
    return data.data_filename()


def close(data):
    """Leave no connection open that a child would inherit."""
    if hasattr(data, "close"):
        data.close()


def unpacked(arc):
    """Two line numbers out of one integer, as coverage.py's C tracer packs them."""
    first = arc & 0xFFFFFFF
    second = (arc >> 28) & 0xFFFFFFF
    return (-first if arc & (1 << 56) else first, -second if arc & (1 << 57) else second)


def fragments(directory):
    """The data files of the workers, and of their children."""
    found = [path for path in glob.glob(os.path.join(glob.escape(directory), "*")) if ".coverage" in path]
    for path in sorted(found):
        if path.endswith(".journal"):
            data = journal_data(path)
            if data:
                yield data
        elif not path.endswith(".journal.data") and not path.endswith("-journal"):
            yield path


def new_coverage(spec, data_file):
    return coverage.Coverage(
        data_file=data_file,
        config_file=spec["config_file"],
        source=spec["source"],
        branch=True if spec["branch"] else None,
    )


def combine(spec, data_file):
    """One data file out of all; whether there was anything."""
    paths = list(fragments(spec["fragments"]))
    if not paths:
        return False
    cov = new_coverage(spec, data_file)
    try:
        cov.combine(paths, strict=True, keep=True)
    except NoDataError:
        return False
    add_untouched(spec, cov.get_data())
    cov.save()
    close(cov.get_data())
    return True


def add_untouched(spec, data):
    """Files that were to be measured and that no test touched. A worker adds them when it saves, if it lives so long."""
    if not glob.glob(os.path.join(glob.escape(spec["fragments"]), "*.journal")):
        return
    cov = new_coverage(spec, None)
    cov.start()
    cov.stop()
    find = getattr(getattr(cov, "_inorout", None), "find_possibly_unexecuted_files", None)
    mapped = getattr(cov, "_file_mapper", None)
    if find is None or mapped is None:
        return
    data.add_arcs({}) if spec["branch"] else data.add_lines({})  # so that it knows what it is
    known = data.measured_files()
    for path, plugin in find():
        if mapped(path) not in known:
            data.touch_file(mapped(path), plugin or "")


def write_json(spec, data_file, files, output):
    """coverage.py's JSON of these files; what it warns of goes to stdout."""
    cov = new_coverage(spec, data_file)
    cov.load()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            cov.json_report(morfs=files, outfile=output, ignore_errors=True, pretty_print=False)
        except NoDataError:  # everything is omitted, or cannot be parsed
            pass
    for each in caught:
        if issubclass(each.category, CoverageWarning):
            sys.stdout.write("%s\n" % str(each.message).replace("\n", " "))
    sys.stdout.flush()


def add_branch_stats():
    """Let the JSON say how many exits each branch has.

    Lines with `pragma: no branch` have exits that the JSON counts and does not list, while arcs into excluded code are
    listed and not counted.
    """
    from coverage.jsonreport import JsonReporter

    original = JsonReporter.report_one_file

    def report_one_file(self, coverage_data, analysis, *others):
        file = original(self, coverage_data, analysis, *others)
        if coverage_data.has_arcs():
            file["branch_stats"] = {str(line): list(counts) for line, counts in analysis.branch_stats().items()}
        return file

    JsonReporter.report_one_file = report_one_file


def parts(files, count):
    """The files in `count` parts of about the same size of source."""
    loads = [(0, index, []) for index in range(count)]
    for size, path in sorted(((size_of(path), path) for path in files), reverse=True):
        load, index, part = min(loads, key=lambda each: each[:2])
        part.append(path)
        loads[index] = (load + size, index, part)
    return [part for _, _, part in loads if part]


def size_of(path):
    try:
        return os.path.getsize(path)
    except OSError:
        return 0


def main():
    add_branch_stats()
    text = sys.stdin.read()
    if not text:
        return 0  # the run has ended otherwise
    spec = json.loads(text)
    data_file = os.path.join(spec["work"], "combined")
    if not combine(spec, data_file):
        return 0
    data = coverage.CoverageData(basename=data_file)
    data.read()
    files = sorted(data.measured_files())
    close(data)
    outputs = []
    children = []
    for number, part in enumerate(parts(files, spec["processes"])):
        output = os.path.join(spec["work"], "part-%d.json" % number)
        outputs.append((part, output))
    for part, output in outputs[1:]:
        child = os.fork()
        if child == 0:
            status = 1
            try:
                write_json(spec, data_file, part, output)
                status = 0
            except CoverageException as error:
                sys.stderr.write("%s\n" % error)
            finally:
                sys.stderr.flush()
                os._exit(status)
        children.append(child)
    if outputs:
        write_json(spec, data_file, *outputs[0])
    failed = [child for child in children if os.waitpid(child, 0)[1] != 0]
    return 1 if failed else 0


if __name__ == "__main__":
    here = os.path.dirname(os.path.abspath(__file__))
    sys.path[:] = [entry for entry in sys.path if os.path.abspath(entry or ".") != here]
    try:
        sys.exit(main())
    except CoverageException as error:
        sys.exit("%s" % error)
