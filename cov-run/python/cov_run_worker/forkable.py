"""Whether this process may be copied: what its copies would share that workers must not share."""

import os
import stat
import sys
import threading

# Libraries whose state does not outlive a fork, whatever else is true.
NOT_FORKABLE = ("grpc", "jax", "tensorflow")


def why_not(config, own_descriptors, coverage):
    """The reason not to fork, in a few words; None if nothing speaks against it."""
    return (
        threads()
        or started_processes()
        or shared_connections(own_descriptors)
        or fragile_libraries()
        or early_directory(config)
        or undone_at_the_end(config)
        or second_measurement(coverage)
    )


def threads():
    """A copy has only the thread that forks; what others held stays held."""
    count = len(os.listdir("/proc/self/task"))
    if count == 1:
        return None
    names = sorted(each.name for each in threading.enumerate() if each is not threading.main_thread())
    return "%d threads run%s" % (count, " (%s)" % ", ".join(names) if names else "")


def started_processes():
    """Only the process that started another can wait for it."""
    try:
        with open("/proc/self/task/%d/children" % os.getpid()) as listed:
            children = listed.read().split()
    except OSError:  # a kernel that does not tell
        return None
    return "a process was started before the first test" if children else None


def shared_connections(own):
    """Two processes that speak on one connection do not understand a word."""
    for name in os.listdir("/proc/self/fd"):
        descriptor = int(name)
        try:
            if descriptor in own:
                continue
            if stat.S_ISSOCK(os.fstat(descriptor).st_mode):
                return "a connection is open before the first test"
            if "[eventpoll]" in os.readlink("/proc/self/fd/" + name):
                return "an event loop is open before the first test"
        except OSError:  # the descriptor of the listing itself
            continue
    return None


def fragile_libraries():
    for name in NOT_FORKABLE:
        if name in sys.modules:
            return "%s is imported" % name
    cuda = getattr(sys.modules.get("torch"), "cuda", None)
    if cuda is not None and cuda.is_initialized():
        return "torch uses CUDA"
    return None


def second_measurement(coverage):
    patches = getattr(getattr(coverage, "config", None), "patch", None) or ()
    return "coverage.py follows forks by itself" if "fork" in patches else None


def early_directory(config):
    factory = getattr(config, "_tmp_path_factory", None)
    if getattr(factory, "_basetemp", None) is not None:
        return "a temporary directory was made before the first test"
    return None


def undone_at_the_end(config):
    """What one conftest makes once and every copy of it would remove at its own end."""
    for plugin in config.pluginmanager.get_plugins():
        place = getattr(plugin, "__file__", None) or ""
        if os.path.basename(place) != "conftest.py":
            continue
        made = [name for name in ("pytest_configure", "pytest_sessionstart") if hasattr(plugin, name)]
        undone = [name for name in ("pytest_sessionfinish", "pytest_unconfigure") if hasattr(plugin, name)]
        if made and undone:
            return "%s has %s and %s" % (os.path.relpath(place, str(config.rootpath)), made[0], undone[0])
    return None
