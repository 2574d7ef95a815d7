"""`ratchet-trainer <folder>`, or `python -m ratchet_trainer <folder>`: does the job that stands in the folder."""

from __future__ import annotations

import os
import sys
import traceback
from pathlib import Path
from typing import NoReturn

from .hyperparameters import read_hyperparameters
from .protocol import CONFIGURATION, DAMAGED, Damage, Events, Refusal, listen_for_the_end, read_job


def start() -> NoReturn:
    code = _do_job()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)  # Threads that hang, CUDA's among them, must not keep a trainer whose work is done.


def _do_job() -> int:
    if len(sys.argv) != 2:
        print("expected the folder of a job as the one argument", file=sys.stderr)
        return CONFIGURATION
    folder = Path(sys.argv[1]).absolute()
    listen_for_the_end()
    try:
        job = read_job(folder)
        settings = read_hyperparameters(job.hyperparameters)
        # Heavy to load, and needless for a job that is refused.
        from .stages import run_stage

        return run_stage(job, settings, Events(folder))
    except Refusal as refusal:
        print(refusal, file=sys.stderr)
        return CONFIGURATION
    except Damage as damage:
        print(damage, file=sys.stderr)
        return DAMAGED
    except Exception:
        traceback.print_exc()
        return 1


if __name__ == "__main__":
    start()
