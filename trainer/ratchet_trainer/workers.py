"""
Several GPUs: a process for each. Ratchet starts one, which is rank 0 and speaks the protocol; it starts the others on
the same job. They meet in a file, so that no port has to be free, and end with it: it holds their standard input.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from datetime import timedelta
from typing import Any

import torch
import torch.distributed as dist

from .protocol import INTERRUPTED, RANK, Job, Refusal, own_rank

MEETING_PLACE = "ranks"
PATIENCE = timedelta(days=1)
"""Of a rank that waits for another: rank 0 may wait for checkpoints to be stored. What hangs is ended by Ratchet."""


def choose_world_size(job: Job) -> int:
    """What the job says, which is part of its key, and on as many GPUs; else all that there are. Raises Refusal."""
    gpus = torch.cuda.device_count() if torch.cuda.is_available() else 0
    wanted = job.world_size or max(1, gpus)
    if 0 < gpus < wanted:
        raise Refusal(f"the job is for {wanted} GPUs, and {gpus} are here: compute.gpus is part of its key")
    return wanted


class Workers:
    """The processes that train together; where there is one alone, nothing is started and nothing is waited for."""

    def __init__(self, job: Job, world: int) -> None:
        self.world = world
        self._finished = threading.Event()
        if world == 1:
            return
        meeting_place = job.folder / MEETING_PLACE
        if own_rank() == 0:
            meeting_place.unlink(missing_ok=True)
            self._start_others(job)
        # Transformers and accelerate read from these that there are others. All are on this machine: its loopback does.
        own = str(own_rank())
        size = str(world)
        os.environ.update({"WORLD_SIZE": size, "LOCAL_WORLD_SIZE": size, "RANK": own, "LOCAL_RANK": own})
        os.environ.setdefault("GLOO_SOCKET_IFNAME", "lo")
        if torch.cuda.is_available():
            torch.cuda.set_device(own_rank())
        dist.init_process_group(
            "cpu:gloo,cuda:nccl" if torch.cuda.is_available() else "gloo",
            init_method=f"file://{meeting_place}",
            rank=own_rank(),
            world_size=world,
            timeout=PATIENCE,
        )

    def agree(self, wish: bool) -> bool:
        """What rank 0 wishes: everybody hears it at the same step."""
        if self.world == 1:
            return wish
        answer = torch.tensor([int(wish)])
        dist.broadcast(answer, src=0)
        return bool(answer.item())

    def meet(self) -> None:
        """Returns once all are here."""
        if self.world > 1:
            dist.all_reduce(torch.zeros(1))

    def release(self) -> None:
        """From here on the others may end before this one does."""
        self._finished.set()

    def _start_others(self, job: Job) -> None:
        command = [sys.executable, "-m", "ratchet_trainer", str(job.folder)]
        for rank in range(1, self.world):
            process = subprocess.Popen(command, stdin=subprocess.PIPE, env={**os.environ, RANK: str(rank)})
            threading.Thread(target=self._watch, args=(rank, process), daemon=True).start()

    def _watch(self, rank: int, process: subprocess.Popen[Any]) -> None:
        """A rank that fails would leave the others waiting: all end as it did, and its words stand in the log."""
        code = process.wait()
        if code in (0, INTERRUPTED) or self._finished.is_set():
            return
        print(f"rank {rank} of {self.world} ended with {code}", file=sys.stderr, flush=True)
        os._exit(code if code > 0 else 128 - code)
