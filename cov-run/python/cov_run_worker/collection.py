"""Lazy collection: directories are walked at once, a file is imported when a worker is given it."""

import contextlib
import os
import time

import pytest
from _pytest.runner import check_interactive_exception

from .protocol import clean
from .reordering import is_binding, why_all

try:
    from _pytest.warnings import catch_warnings_for_item
except ImportError:  # a later pytest may move it: warnings of imports then go to stderr
    catch_warnings_for_item = None

_clock = time.perf_counter


class Selection:
    """One `path::name::name[params]` of the command line."""

    def __init__(self, argument):
        base, bracket, rest = argument.partition("[")
        self.argument = argument
        self.path, *self.names = base.split("::")
        self.params = bracket + rest if bracket else None

    def matches(self, chain):
        """pytest's own rule, on the names of the nodes below the file."""
        if len(chain) < len(self.names):
            return False
        last = len(self.names) - 1
        for index, (name, wanted) in enumerate(zip(chain, self.names)):
            if index < last:
                if name != wanted:
                    return False
            elif self.params is not None:
                if name != wanted + self.params:
                    return False
            elif name.split("[")[0] != wanted:
                return False
        return True


class Files:
    """The files of a session: found while pytest walks, opened one by one."""

    def __init__(self, channel):
        self.channel = channel
        self.walking = True
        self.nodes = {}  # file id -> collectors, or items that a plugin made without a file
        self.selections = {}  # absolute path -> what was asked of it, None for everything
        self.opened = {}  # file id -> its items
        self.costs = {}  # file id -> how long its import took, in microseconds, as long as nobody was told
        self.order = None  # where all tests are collected first: (file id, places of tests in it), in order
        self.deselected, self.unmatched = 0, []
        self.failed_last = {}

    def take_selections(self, config):
        """Strip `::` parts from the command line, so that pytest need not open a file to check them."""
        plain = []
        for argument in config.args:
            selection = Selection(str(argument))
            place = selection.path
            path = place
            if not config.option.pyargs:
                path = os.path.normpath(os.path.join(str(config.invocation_params.dir), place))
            if not selection.names:
                self.selections[path] = None
            elif self.selections.get(path, []) is not None:
                self.selections.setdefault(path, []).append(selection)
            if place not in plain:
                plain.append(place)
        if not all(chosen is None for chosen in self.selections.values()):
            config.args = plain

    def remember(self, collector):
        """Note a file that the walk has met; None if it must be collected as usual."""
        if not self.walking or not isinstance(collector, pytest.File) or isinstance(collector, pytest.Package):
            return None
        known = self.nodes.setdefault(clean(collector.nodeid), [])
        if collector not in known:
            known.append(collector)
        return pytest.CollectReport(collector.nodeid, "passed", None, [])

    def finish_walk(self, session):
        """The walk is over: the fields of the `files` event, which says which files there are."""
        self.walking = False
        for item in session.items:  # A plugin may collect items that belong to no file.
            self.nodes.setdefault(clean(item.nodeid.split("::")[0]), []).append(item)
        session.items.clear()
        session.testscollected = 0
        self.keep_what_failed_last(session.config)
        listed = []
        for name, nodes in self.nodes.items():
            try:
                found = os.stat(str(nodes[0].path))
                size, modified = found.st_size, max(found.st_mtime_ns, 0) // 1000
            except (OSError, AttributeError):
                size = modified = 0
            listed.append({"id": name, "size": size, "modified": modified})
        return {"files": listed}

    def order_all(self, session, choice):
        """Collect all tests now, if need be: the fields of the `files` event that say so."""
        why = "--collect=all" if choice == "all" else why_all(session.config) if choice == "auto" else None
        if why is None:
            return {}
        self.open_all(session)
        fields = {
            "whole": clean(why),
            "order": self.order,
            "binding": is_binding(session.config),
            "deselected": self.deselected,
            "unmatched": self.unmatched,
        }
        self.deselected, self.unmatched = 0, []
        return fields

    def remember_what_failed_last(self, config):
        """With --lf, note the failures: pytest takes the walk's empty answers for files that are whole again."""
        memory = config.pluginmanager.get_plugin("lfplugin")
        if memory is not None and getattr(config.option, "lf", False):
            self.failed_last = dict(getattr(memory, "lastfailed", None) or {})

    def keep_what_failed_last(self, config):
        """With --lf, open only files with failures; pytest itself keeps the failures among their tests."""
        if not self.failed_last:
            return
        config.pluginmanager.get_plugin("lfplugin").lastfailed = self.failed_last
        failed = {clean(str(identity)).split("::")[0] for identity in self.failed_last}
        kept = {name: nodes for name, nodes in self.nodes.items() if name in failed}
        if kept:  # else pytest runs everything
            self.nodes = kept

    def chain_of(self, name):
        """The nodes from the session down to a file, for pytest to see what it shares with the next one."""
        return self.nodes[name][0].listchain() if self.nodes.get(name) else []

    def open(self, session, unit, ask):
        """Import a file, if need be, and return those of its tests that are asked for: (index in the file, item)."""
        name = unit["file"]
        if name not in self.opened:
            self.deselected, self.unmatched = 0, []
            items = self._import(session, name)
            session.config.hook.pytest_collection_modifyitems(session=session, config=session.config, items=items)
            self._keep(session, name, items)
        items = self.opened[name]
        ids = [clean(item.nodeid) for item in items]
        places, missing = choose(ids, unit["tests"])
        if missing and unit["or_all"]:
            places = list(range(len(items)))
        if unit["except"]:
            left_out = list(unit["except"])
            places = [place for place in places if not remove(left_out, ids[place])]
        needs = needs_of(items, places)
        self.channel.send(
            "collected",
            file=name,
            ids=ids,
            chosen=None if len(places) == len(items) else places,
            missing=missing,
            needs=needs,
            deselected=self.deselected,
            unmatched=self.unmatched,
            us=self.costs.pop(name, 0),
        )
        self.deselected, self.unmatched = 0, []  # they are told
        if needs and not unit["alone"]:
            kept = set(ask("ready")["kept"])
            places = [place for place in places if place in kept]
        return [(place, items[place]) for place in places]

    def open_all(self, session):
        """Import every file, for those who put tests in an order of their own."""
        every, files = [], {}
        for name in self.nodes:
            items = self._import(session, name)
            every.extend(items)
            files.update((item, name) for item in items)
        session.config.hook.pytest_collection_modifyitems(session=session, config=session.config, items=every)
        opened = {name: [] for name in self.nodes}
        self.order = []
        for item in every:
            name = files.get(item) or clean(item.nodeid.split("::")[0])
            of_file = opened.setdefault(name, [])
            if not self.order or self.order[-1][0] != name:
                self.order.append((name, []))
            self.order[-1][1].append([len(of_file), clean(item.nodeid)])
            of_file.append(item)
        for name, items in opened.items():
            self._keep(session, name, items)

    def _keep(self, session, name, items):
        self.opened[name] = items
        session.items.extend(items)
        session.testscollected += len(items)

    def _import(self, session, name):
        """Import a file and return its items, as the command line asks for them."""
        began = _clock()
        config = session.config
        guard = contextlib.nullcontext()
        if catch_warnings_for_item is not None and config.pluginmanager.hasplugin("warnings"):
            guard = catch_warnings_for_item(config=config, ihook=config.hook, when="collect", item=None)
        items = []
        failed = session.testsfailed
        with guard:
            for node in self.nodes.get(name, ()):
                if isinstance(node, pytest.Item):
                    items.append(node)
                else:
                    items.extend(self._selected(node, list(items_of(session, node)), failed == session.testsfailed))
        self.costs[name] = int((_clock() - began) * 1000000)
        return items

    def _selected(self, node, items, collected):
        """The items that the command line asks of this file, in its order."""
        wanted = self.selections.get(str(node.path))
        if wanted is None and node.config.option.pyargs:
            module = getattr(getattr(node, "obj", None), "__name__", None)
            wanted = self.selections.get(module)
        if wanted is None:
            return items
        depth = len(node.listchain())
        chosen = []
        for selection in wanted:
            found = [item for item in items if selection.matches([each.name for each in item.listchain()[depth:]])]
            if not found and collected:
                self.unmatched.append({"argument": clean(selection.argument), "node": clean(repr(node))})
            chosen.extend(item for item in found if item not in chosen)
        return chosen


def choose(ids, tests):
    """The places in `ids` of the tests asked for, [index, id] each, and the places in `tests` of those not found.

    The index is where another process found the test; None where nobody has looked. Ids may occur twice, and a few are
    not the same in every process, when they hold an address: then the index and the function's name decide.
    """
    if tests is None:
        return list(range(len(ids))), []
    left = {}
    for place, identity in enumerate(ids):
        left.setdefault(identity, []).append(place)
    places, missing = [], []
    for number, (index, identity) in enumerate(tests):
        found = left.get(identity)
        if found:
            places.append(found.pop(found.index(index) if index in found else 0))
        elif index is not None and index < len(ids) and ids[index].split("[")[0] == identity.split("[")[0]:
            places.append(index)
        else:
            missing.append(number)
    return list(dict.fromkeys(places)), missing


def remove(names, name):
    """Take one occurrence out of a list; whether there was one."""
    if name in names:
        names.remove(name)
        return True
    return False


def needs_of(items, places):
    """What tests need that cannot run just anywhere: [index, need] each, for most suites nothing."""
    needs = [[place, need_of(items[place])] for place in places]
    return [need for need in needs if need[1]]


def need_of(item):
    """What the marks `xdist_group`, `serial` and `cov_run` ask for, if a test has one."""
    need = {}
    groups = set()
    for mark in item.iter_markers():
        if mark.name == "xdist_group":
            groups.add(str(mark.kwargs.get("name", mark.args[0] if mark.args else "default")))
        elif mark.name == "serial":
            need["weight"] = 0
        elif mark.name == "cov_run":
            if mark.kwargs.get("group"):
                need["limit"] = str(mark.kwargs["group"])
            if mark.kwargs.get("weight"):
                need["weight"] = max(int(mark.kwargs["weight"]), 1)
    if groups:
        need["group"] = "_".join(sorted(groups))  # as pytest-xdist joins them
    return need


def items_of(session, collector):
    """What session.genitems gives of a file, which was announced to plugins when the walk met it.

    They are to hear of it once: pytest-asyncio before 0.24 wraps what it hears of.
    """
    report = collector.ihook.pytest_make_collect_report(collector=collector)
    call = report.__dict__.pop("call", None)
    if call and check_interactive_exception(call, report):
        collector.ihook.pytest_exception_interact(node=collector, call=call, report=report)
    if report.passed:
        for each in report.result:
            yield from session.genitems(each)
    collector.ihook.pytest_collectreport(report=report)
