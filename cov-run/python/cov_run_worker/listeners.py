"""Which plug-ins want to hear of tests that others ran."""

# What a plug-in implements that wants to hear of tests that others ran.
HOOKS = (
    "pytest_runtest_logstart",
    "pytest_runtest_logreport",
    "pytest_runtest_logfinish",
    "pytest_terminal_summary",
    "pytest_configure_node",
    "pytest_testnodeready",
    "pytest_testnodedown",
)

# Where plug-ins look whether they are in a worker.
BEGINNINGS = ("pytest_configure", "pytest_sessionstart", "pytest_sessionfinish", "pytest_unconfigure")

# Plug-ins of which it is known when they report; the name is that of the option. None: never, since they work in the
# workers, only change how things look, or do what cov-run does itself.
KNOWN = {
    "_hypothesis_pytestplugin": "hypothesis_show_statistics",
    "allure_pytest": None,
    "pytest_benchmark": None,
    "pytest_cov": None,
    "pytest_github_actions_annotate_failures": None,
    "pytest_html": "htmlpath",
    "pytest_instafail": None,
    "pytest_jsonreport": "json_report",
    "pytest_md": "mdpath",
    "pytest_md_report": "md_report",
    "pytest_metadata": None,
    "pytest_reportlog": "report_log",
    "pytest_rerunfailures": None,
    "pytest_sugar": None,
    "pytest_timeout": None,
    "xdist": None,
}


def who_reports(config):
    """The names of the plug-ins that want to hear of tests that others ran; most of them begin only elsewhere."""
    found = {top for plugin, top in strangers(config) if any(hasattr(plugin, name) for name in HOOKS)}
    found |= {top for plugin, top in strangers(config) if any(asks_where(plugin, name) for name in BEGINNINGS)}
    manager = config.pluginmanager
    installed = {module_of(plugin).split(".")[0] for plugin in manager.get_plugins()}
    found |= {top for top, name in KNOWN.items() if name and top in installed and getattr(config.option, name, None)}
    return sorted(found)


def configures_nodes(config):
    """Whether a plug-in has something to give to workers before they begin."""
    return any(hasattr(plugin, "pytest_configure_node") for plugin, _ in strangers(config))


def strangers(config):
    """The plug-ins of which nothing is known, with the names of their top-level modules."""
    for plugin in config.pluginmanager.get_plugins():
        top = module_of(plugin).split(".")[0]
        if top not in KNOWN and top not in ("_pytest", "pytest", "pluggy", "cov_run_worker"):
            yield plugin, top


def module_of(plugin):
    """The name of the module that a plug-in is, or comes from."""
    return getattr(plugin, "__name__", None) or type(plugin).__module__


def asks_where(plugin, name):
    """Whether a hook does one thing in a worker and another one elsewhere."""
    code = getattr(getattr(plugin, name, None), "__code__", None)
    if code is None:
        return False
    # Who takes `workerinput` without asking whether it is there works in workers only.
    asks = {"is_xdist_worker", "is_xdist_controller", "is_xdist_master"}
    return "workerinput" in code.co_consts or not asks.isdisjoint(code.co_names)
