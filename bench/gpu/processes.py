"""Every measurement is a Python process of its own, as in production; what it prints is kept beside its results."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

HERE = Path(__file__).parent
TRAINER = HERE.parent.parent / "trainer"


class Failure(Exception):
    """A process did not do what it was asked for; the message ends with the last that it said."""


def run_python(
    arguments: list[str],
    log: Path,
    seconds: float,
    watch: Callable[[], None] = lambda: None,
    python: str = sys.executable,
) -> None:
    """
    `watch` is called every few milliseconds, and once after the end. Raises Failure for another end than 0, and after
    so many seconds.
    """
    paths = os.pathsep.join([str(TRAINER), str(HERE), os.environ.get("PYTHONPATH", "")]).rstrip(os.pathsep)
    environment = {**os.environ, "PYTHONPATH": paths, "HF_HUB_OFFLINE": "1"}
    with log.open("w") as output:
        process = subprocess.Popen(
            [python, *arguments], stdin=subprocess.DEVNULL, stdout=output, stderr=output, env=environment
        )
    deadline = time.monotonic() + seconds
    try:
        while process.poll() is None:
            watch()
            if time.monotonic() > deadline:
                raise Failure(f"{_name(arguments)} took more than {seconds:.0f} s")
            time.sleep(0.01)
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
    watch()
    if process.returncode != 0:
        last = " ".join(log.read_text(errors="replace").split()[-60:])
        raise Failure(f"{_name(arguments)} ended with {process.returncode}: {last}")


def _name(arguments: list[str]) -> str:
    return Path(arguments[1] if arguments[0] == "-m" else arguments[0]).stem
