"""What a job may ask for."""

import os
from collections.abc import Callable

import torch

from .counting import count
from .generation import generate
from .hyperparameters import Hyperparameters
from .protocol import Events, Job
from .sft import train

STAGES: dict[str, Callable[[Job, Hyperparameters, Events], int]] = {
    "count": count,
    "train": train,
    "generate": generate,
}


def run_stage(job: Job, settings: Hyperparameters, events: Events) -> int:
    """Returns the exit code. On a processor by one thread: sums then have one order, whatever the machine."""
    if not torch.cuda.is_available():
        os.environ["OMP_NUM_THREADS"] = "1"  # Accelerate would choose by the number of cores.
        torch.set_num_threads(1)
    return STAGES[job.stage](job, settings, events)
