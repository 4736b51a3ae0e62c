"""A server for development and for tests: one thread a request."""

from __future__ import annotations

import contextlib
import sys
import threading
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import Any, Iterable, Iterator
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from analysis.formats import format_of
from api.application import Application
from api.limits import RateLimit
from api.store import Store


class _Server(ThreadingMixIn, WSGIServer):
    """Waits for the running requests when it is closed."""

    daemon_threads = False


class _QuietHandler(WSGIRequestHandler):
    """Logs errors and no requests; a handler can be told to log all with `verbose`."""

    verbose = False
    timeout = 10

    def log_request(self, code: Any = "-", size: Any = "-") -> None:
        if self.verbose:
            super().log_request(code, size)


@contextlib.contextmanager
def serving(application: Application, host: str = "127.0.0.1", port: int = 0) -> Iterator[str]:
    """Serve in the background for the time of a `with`, and give the address; port 0 is any."""
    server = make_server(host, port, application, _Server, _QuietHandler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), name="api-server")
    thread.start()
    try:
        yield f"http://{host}:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def load(paths: Iterable[Path]) -> Store:
    """A store of the incidents in some files."""
    store = Store()
    for path in paths:
        with path.open(encoding="utf-8", newline="") as file:
            for incident in format_of(path.name).read(file):
                store.add(incident)
    return store


if __name__ == "__main__":
    with serving(
        Application(load(map(Path, sys.argv[1:])), RateLimit(50, 100)), port=8000
    ) as address:
        print(f"serving at {address}, end with Ctrl-C")
        with contextlib.suppress(KeyboardInterrupt):
            threading.Event().wait()
