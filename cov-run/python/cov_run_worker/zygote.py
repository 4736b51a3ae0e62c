"""A session that is ready to run tests and runs none: workers are forked from it.

What all workers would do alike has been done once: pytest, its plugins and the conftests are imported, the directories
walked. No test module is imported.
"""

import array
import atexit
import contextlib
import gc
import os
import select
import signal
import socket
import sys
import weakref

from . import forkable, protocol
from .ending import end, flush
from .watch import Watch


class Zygote:
    """Forks a worker whenever cov-run asks for one, and tells how each of them ended."""

    def __init__(self, channel):
        self.channel = channel
        self.workers = set()
        self.watch = Watch(self.tell)
        self.random = random_state()  # before anything of the project can have set a seed
        self.seeded = None

    def why_not(self, config, coverage):
        """The reason not to fork, None if nothing speaks against it."""
        own = {self.channel.socket}
        return self.watch.end() or forkable.why_not(config, own, coverage)

    def tell(self, reason):
        """Others need not wait for what will not be forked."""
        self.channel.call("asked", why=protocol.clean(reason))

    def serve(self):
        """Serve until cov-run has no more need of workers. Returns in each worker, with its assignment."""
        now = random_state()
        if not is_drawn_from(self.random, now):
            self.seeded = now  # Python seeds a forked process anew, but here each worker would have set this seed
        gc.collect()
        if hasattr(gc, "freeze"):
            gc.freeze()  # what is there will stay: collections need not look at it, and so need not copy it
        self.socket = socket.socket(fileno=self.channel.socket)
        self.ring = Ring()
        poller = select.poll()
        poller.register(self.socket, select.POLLIN)
        poller.register(self.ring.reader, select.POLLIN)
        self.channel.call("serving")
        while True:
            ready = [descriptor for descriptor, _ in poller.poll()]
            if self.ring.reader in ready:
                self.reap()
            if self.channel.socket not in ready:
                continue
            order = self.receive()
            if order is None or order["order"] != "fork":
                self.end()
            flush()
            worker = os.fork()
            if worker == 0:
                self.part(order["assignment"])
                return order["assignment"]
            self.workers.add(worker)
            for descriptor in self.descriptors:
                os.close(descriptor)

    def receive(self):
        """The next order, None at the end; the descriptors that came with it are kept."""
        self.descriptors = array.array("i")
        text = b""
        while not text.endswith(b"\n"):
            data, ancillary, _, _ = self.socket.recvmsg(1 << 16, 1024, socket.MSG_CMSG_CLOEXEC)
            if not data:
                return None
            text += data
            for _, _, content in ancillary:
                self.descriptors.frombytes(content)
        return protocol.decode(text.decode("utf-8"))

    def reap(self):
        """Tell how workers ended. Other children are for those to wait for who started them."""
        self.ring.silence()
        for worker in sorted(self.workers):
            process, status = os.waitpid(worker, os.WNOHANG)
            if process:
                self.workers.discard(worker)
                self.channel.call("reaped", process=process, status=status)

    def end(self):
        """Undo what was done for all workers, now that nobody needs it."""
        self.ring.remove()
        end(0)

    def part(self, assignment):
        """Become a process of its own: with its own channel, process group and numbers, and nothing of the zygote's to undo."""
        self.ring.remove()
        self.socket.close()
        os.setpgid(0, 0)
        lifeline = protocol.live_no_longer_than(self.channel.lifeline)
        connection, self.stdout, self.stderr = self.descriptors
        self.channel.connect(connection, lifeline)
        self.channel.open(assignment["events"])
        protocol.write_all(connection, b"%d\n" % os.getpid())
        atexit._clear()
        weakref.finalize._registry.clear()
        weakref.finalize._registered_with_atexit = False
        if "logging" in sys.modules:
            atexit.register(sys.modules["logging"].shutdown)
        processes = sys.modules.get("multiprocessing.util")
        if processes is not None:
            processes._finalizer_registry.clear()
            processes._run_after_forkers()
            atexit.register(processes._exit_function)
        if self.seeded is not None:
            import random

            random.setstate(self.seeded)
        reseed_numpy()

    def redirect(self):
        """Let every descriptor that leads where the zygote prints lead where this worker prints."""
        for standard, own in ((1, self.stdout), (2, self.stderr)):
            old = os.fstat(standard)
            for name in os.listdir("/proc/self/fd"):
                descriptor = int(name)
                try:
                    if os.path.samestat(os.fstat(descriptor), old):
                        os.dup2(own, descriptor, inheritable=os.get_inheritable(descriptor))
                except OSError:  # the descriptor of the listing itself
                    continue
            os.close(own)


class Ring:
    """Wakes a poll when a child has ended."""

    def __init__(self):
        self.reader, self.writer = os.pipe()
        os.set_blocking(self.reader, False)
        os.set_blocking(self.writer, False)
        self.before = signal.signal(signal.SIGCHLD, lambda number, frame: None)
        signal.set_wakeup_fd(self.writer, warn_on_full_buffer=False)

    def silence(self):
        with contextlib.suppress(BlockingIOError):
            os.read(self.reader, 4096)

    def remove(self):
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, self.before)
        os.close(self.reader)
        os.close(self.writer)


def random_state():
    """The state of Python's random numbers."""
    import random

    return random.getstate()


def reseed_numpy():
    """Give numpy's global generator a seed of this process's own, as it would have in a process that starts from nothing.

    Only if nobody has set or used it: then the first word of its state is the mark of a seed from the system, and no
    number was drawn. (A list as a seed leaves the same mark; who sets one before the first test loses it here.)
    """
    generator = sys.modules.get("numpy.random")
    if generator is None or not hasattr(generator, "get_state"):
        return
    name, words, place = generator.get_state()[:3]
    if name == "MT19937" and words[0] == 0x80000000 and place >= len(words) - 1:  # 623 at first, 624 after `seed()`
        generator.seed()


def is_drawn_from(before, after):
    """Whether drawing numbers leads from one state to the other; else the project has set a seed between them."""
    import random

    words = slice(0, -1)  # the last entry is the place among 624 words, which all change at once
    twin = random.Random()
    twin.setstate(before)
    for _ in range(100):
        if twin.getstate()[1][words] == after[1][words]:
            return True
        twin.getrandbits(32 * 624)
    return False
