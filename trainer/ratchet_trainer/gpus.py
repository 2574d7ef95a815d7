"""Which GPUs a job computes on, which of them is this process' own, and how much of its memory was used."""

from __future__ import annotations

import resource

import torch

from .protocol import Job, Refusal, own_rank


def count_gpus(job: Job) -> int:
    """Those that it may use, the first that there are; 0 on a processor."""
    there = torch.cuda.device_count() if torch.cuda.is_available() else 0
    return min(there, job.world_size or there)


def choose_world_size(job: Job) -> int:
    """
    Processes that train together: what the job says, which is part of its key, and on as many GPUs; else all that there
    are. Raises Refusal.
    """
    gpus = torch.cuda.device_count() if torch.cuda.is_available() else 0
    wanted = job.world_size or max(1, gpus)
    if 0 < gpus < wanted:
        raise Refusal(f"the job is for {wanted} GPUs, and {gpus} are here: compute.gpus is part of its key")
    return wanted


def choose_team_size(job: Job) -> int:
    """Processes that predict together, one a GPU: what they say does not depend on it, so that fewer will do."""
    return count_gpus(job) or job.world_size or 1


def take_own_gpu() -> None:
    """The one that has this process' rank is where this thread computes from here on."""
    if torch.cuda.is_available():
        torch.cuda.set_device(own_rank())


def measure_peak_memory() -> int:
    """Bytes: of the GPU of this process that used most, where there is one; else of the process."""
    if torch.cuda.is_available():
        return max(map(torch.cuda.max_memory_allocated, range(torch.cuda.device_count())))
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
