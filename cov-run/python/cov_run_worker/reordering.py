"""Plug-ins and conftests that put tests in an order of their own, for which they need the list of all tests."""

import os
import sys
import types

# Plug-ins by the names of their modules, and the option that makes them leave the order alone.
PLUGINS = {
    "pytest_order": None,
    "pytest_ordering": None,
    "pytest_dependency": None,
    "pytest_reverse": None,
    "pytest_randomly": "randomly_reorganize",
    "random_order": "random_order_bucket",
}

# Those of them whose users let tests rely on it.
BINDING = {"pytest_order", "pytest_ordering", "pytest_dependency"}

# Names that a function uses when it moves what is in a list.
MOVES = {"sort", "sorted", "reverse", "reversed", "insert", "shuffle"}


def why_all(config):
    """Why all tests are to be collected before the first one runs; None if nobody needs that."""
    names = plugins_of(config)
    if names:
        return "%s is there" % names[0].replace("_", "-")
    if django_is_used():
        return "pytest-django makes databases for all tests, and tables for the models that test files declare"
    for found in config.hook.pytest_collection_modifyitems.get_hookimpls():
        place = getattr(found.plugin, "__file__", None) or ""
        if os.path.basename(place) == "conftest.py" and moves(getattr(found.function, "__code__", None)):
            return "%s may change the order of tests" % os.path.relpath(place, str(config.rootpath))
    return None


def is_binding(config):
    """Whether tests may rely on the order, so that those of a file must not be shared out."""
    return bool(BINDING.intersection(plugins_of(config)))


def plugins_of(config):
    """The plug-ins that put tests in an order of their own, and do so now."""
    plugins = config.pluginmanager.get_plugins()
    names = [getattr(plugin, "__name__", type(plugin).__module__).split(".")[0] for plugin in plugins]
    return [name for name in names if name in PLUGINS and is_active(config.option, PLUGINS[name])]


def django_is_used():
    """Whether pytest-django is there, and the project has told it of its settings."""
    lazy = sys.modules.get("pytest_django.lazy_django")
    return lazy is not None and lazy.django_settings_is_configured()


def is_active(option, name):
    return name is None or bool(getattr(option, name, False))


def moves(code):
    """Whether a function, or one within it, uses a name that moves things."""
    if code is None:
        return False
    return bool(MOVES.intersection(code.co_names)) or any(
        moves(each) for each in code.co_consts if isinstance(each, types.CodeType)
    )
