"""`ratchet-trainer <folder>`, or `python -m ratchet_trainer <folder>`: does the job that stands in the folder."""

from __future__ import annotations

import os
import sys
import traceback
from functools import partial
from pathlib import Path
from typing import NoReturn

from .engines.vllm_python import hand_over_to_vllm
from .hyperparameters import Hyperparameters, read_hyperparameters
from .protocol import (
    CONFIGURATION,
    DAMAGED,
    FAILED,
    Damage,
    Divergence,
    Events,
    Job,
    Refusal,
    read_job,
)
from .pulse import Pulse
from .stopping import listen_for_the_end


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
        if job.stage == "generate" and settings.engine == "vllm":
            hand_over_to_vllm(job, settings)
        return _do_stage(job, settings, Events(folder))
    except Refusal as refusal:
        print(refusal, file=sys.stderr)
        return CONFIGURATION
    except Damage as damage:
        print(damage, file=sys.stderr)
        return DAMAGED
    except Divergence as divergence:
        print(divergence, file=sys.stderr)
        return FAILED
    except Exception:
        traceback.print_exc()
        return FAILED


def _do_stage(job: Job, settings: Hyperparameters, events: Events) -> int:
    Pulse(events)
    # Heavy to load, and needless for a job that is refused.
    from .gpu_watch import GpuWatch, list_own_gpus
    from .memory_advice import explain_memory, is_out_of_memory
    from .stages import run_stage

    watch = GpuWatch(events.warn, partial(list_own_gpus, job))
    events.measure_gpus = watch.read
    try:
        return run_stage(job, settings, events)
    except (Refusal, Damage, Divergence):
        raise
    except Exception as error:
        # Ratchet tells the cause by the last words.
        if is_out_of_memory(error):
            print(error, explain_memory(error, job, settings), sep="\n", file=sys.stderr)
        else:
            traceback.print_exc()
            for xid in watch.list_xids():
                print(xid, file=sys.stderr)
        return FAILED


if __name__ == "__main__":
    start()
