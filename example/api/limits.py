"""How often a client may ask: a token bucket for each."""

from __future__ import annotations

import threading
import time
from typing import Callable, Dict, Tuple


class RateLimit:
    """`burst` requests at once, and `rate` more each second; a rate of 0 never refills."""

    def __init__(
        self, rate: float, burst: int, clock: Callable[[], float] = time.monotonic
    ) -> None:
        if rate < 0 or burst < 1:
            raise ValueError("rate must be 0 or more and burst at least 1")
        self.rate = rate
        self.burst = burst
        self._clock = clock
        self._lock = threading.Lock()
        self._buckets: Dict[str, Tuple[float, float]] = {}

    def __repr__(self) -> str:
        return f"<RateLimit {self.rate}/s, {self.burst} at once>"

    def take(self, client: str) -> float:
        """Take a token: 0.0 if there was one, else the seconds until there will be."""
        with self._lock:
            now = self._clock()
            tokens, last = self._buckets.get(client, (float(self.burst), now))
            tokens = min(float(self.burst), tokens + (now - last) * self.rate)
            if tokens >= 1:
                self._buckets[client] = (tokens - 1, now)
                return 0.0
            self._buckets[client] = (tokens, now)
            if not self.rate:
                return float("inf")
            return (1 - tokens) / self.rate

    def forget(self, idle: float) -> int:
        """Drop the clients that were silent for `idle` seconds, and say how many they were."""
        with self._lock:
            now = self._clock()
            silent = [name for name, (_, last) in self._buckets.items() if now - last >= idle]
            for name in silent:
                del self._buckets[name]
        return len(silent)
