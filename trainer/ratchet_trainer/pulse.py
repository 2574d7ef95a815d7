"""
Tells Ratchet that the trainer is at work while nothing else does: weights that load slowly, a first step that compiles,
a long step. A trainer that hangs is not at work, and stays silent.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from .protocol import Events

BEAT = 60.0
"""Seconds; Ratchet waits for ten minutes."""
LEAST_CPU = 0.01
"""Seconds of a processor a second: more than what threads like this one take."""
LEAST_BYTES = 2**20
"""Read or written from one beat to the next."""


class Pulse:
    def __init__(self, events: Events, beat: float = BEAT) -> None:
        self._events = events
        self._beat = beat
        self._effort = Effort(read_account)
        threading.Thread(target=self._work, name="pulse", daemon=True).start()

    def _work(self) -> None:
        while True:
            time.sleep(self._beat)
            is_at_work = self._effort.was_made()
            if self._events.seconds_of_silence() >= self._beat:
                self._events.repeat_progress(is_at_work)


class Account(NamedTuple):
    """Of this process so far."""

    seconds: float
    cpu_seconds: float
    bytes: int


class Effort:
    """Whether this process computed, read or wrote anything since it was last asked."""

    def __init__(self, account: Callable[[], Account]) -> None:
        self._account = account
        self._last = account()

    def was_made(self) -> bool:
        last, self._last = self._last, self._account()
        seconds, cpu, moved = (after - before for before, after in zip(last, self._last, strict=True))
        return cpu >= LEAST_CPU * seconds or moved >= LEAST_BYTES


def read_account() -> Account:
    return Account(time.monotonic(), time.process_time(), _count_bytes())


def _count_bytes() -> int:
    """Of files, pipes and sockets, and of mapped files that came from a disk, as Linux counts them."""
    try:
        lines = Path(f"/proc/{os.getpid()}/io").read_text().splitlines()
    except OSError:
        return 0
    account = dict(line.split(": ") for line in lines)
    return sum(int(account.get(name, 0)) for name in ("rchar", "wchar", "read_bytes"))
