"""What a job may ask for; each stage loads what it needs, and no more."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from .hyperparameters import Hyperparameters
    from .protocol import Events, Job


def _count(job: Job, settings: Hyperparameters, events: Events) -> int:
    from .counting import count

    return count(job, settings, events)


def _train(job: Job, settings: Hyperparameters, events: Events) -> int:
    from .sft import train

    return train(job, settings, events)


def _generate(job: Job, settings: Hyperparameters, events: Events) -> int:
    from .generation import generate

    return generate(job, settings, events)


STAGES: dict[str, Callable[[Job, Hyperparameters, Events], int]] = {
    "count": _count,
    "train": _train,
    "generate": _generate,
}


def run_stage(job: Job, settings: Hyperparameters, events: Events) -> int:
    """Returns the exit code. On a processor by one thread: sums then have one order, whatever the machine."""
    if not torch.cuda.is_available():
        os.environ["OMP_NUM_THREADS"] = "1"  # Accelerate would choose by the number of cores.
        torch.set_num_threads(1)
    return STAGES[job.stage](job, settings, events)
