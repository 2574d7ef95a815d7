"""
Several GPUs: a process for each. Ratchet starts one, which is rank 0 and speaks the protocol; it starts the others on
the same job. They end with it: it holds their standard input.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from multiprocessing.connection import Connection, Pipe
from typing import Any

from .protocol import INTERRUPTED, RANK, Job

CHANNEL = "RATCHET_CHANNEL"
"""Environment of such a process: the file descriptor by which it and rank 0 talk."""
FAREWELL = 10.0
"""Seconds that a rank has to end once it is dismissed."""


class Ranks:
    """The ranks from 1 on, as rank 0 sees them."""

    def __init__(self, job: Job, world: int) -> None:
        """Starts them; `world` counts rank 0 as well."""
        self._world = world
        self._finished = threading.Event()
        self._processes: list[subprocess.Popen[bytes]] = []
        self.channels: list[Connection[Any, Any]] = []
        for rank in range(1, world):
            self._start(job, rank)

    def release(self) -> None:
        """From here on they may end before this process does."""
        self._finished.set()

    def dismiss(self) -> None:
        """Returns when they have ended, whatever they were doing."""
        self.release()
        for process in self._processes:
            if process.stdin:
                process.stdin.close()
        for process in self._processes:
            try:
                process.wait(FAREWELL)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def _start(self, job: Job, rank: int) -> None:
        ours, theirs = Pipe()
        process = subprocess.Popen(
            [sys.executable, "-m", "ratchet_trainer", str(job.folder)],
            stdin=subprocess.PIPE,
            env={**os.environ, RANK: str(rank), CHANNEL: str(theirs.fileno())},
            pass_fds=[theirs.fileno()],
        )
        theirs.close()
        self.channels.append(ours)
        self._processes.append(process)
        threading.Thread(target=self._watch, args=(rank, process), daemon=True).start()

    def _watch(self, rank: int, process: subprocess.Popen[bytes]) -> None:
        """A rank that fails would leave the others waiting: all end as it did, and its words stand in the log."""
        code = process.wait()
        if code in (0, INTERRUPTED) or self._finished.is_set():
            return
        print(f"rank {rank} of {self._world} ended with {code}", file=sys.stderr, flush=True)
        os._exit(code if code > 0 else 128 - code)


def open_channel() -> Connection[Any, Any]:
    """To rank 0, from a process that it started."""
    return Connection(int(os.environ[CHANNEL]))
