"""How a trainer is told to stop, and that whoever started it is gone."""

from __future__ import annotations

import os
import signal
import stat
import threading
from typing import NoReturn

from .protocol import INTERRUPTED, own_rank

stop_requested = threading.Event()


class Interruption(Exception):
    """Told to stop (exit 75); what is finished has been announced."""


def listen_for_the_end() -> None:
    """SIGTERM asks rank 0 to stop; the end of standard input means that whoever started us is gone."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN if own_rank() else lambda *_: stop_requested.set())
    mode = os.fstat(0).st_mode
    if stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode):
        threading.Thread(target=_wait_for_input_to_close, daemon=True).start()


def _wait_for_input_to_close() -> NoReturn:
    # Not sys.stdin: its lock would abort the interpreter when it ends.
    while os.read(0, 1024):
        pass
    os._exit(INTERRUPTED)
