"""The processes that train together. They meet in a file, so that no port has to be free."""

from __future__ import annotations

import os
from datetime import timedelta

import torch
import torch.distributed as dist

from .gpus import take_own_gpu
from .protocol import Job, own_rank
from .ranks import Ranks

MEETING_PLACE = "ranks"
PATIENCE = timedelta(days=1)
"""Of a rank that waits for another: rank 0 may wait for checkpoints to be stored. What hangs is ended by Ratchet."""


class Workers:
    """Where there is one alone, nothing is started and nothing is waited for."""

    def __init__(self, job: Job, world: int) -> None:
        self.world = world
        self._others: Ranks | None = None
        if world == 1:
            return
        meeting_place = job.folder / MEETING_PLACE
        if own_rank() == 0:
            meeting_place.unlink(missing_ok=True)
            self._others = Ranks(job, world)
        # Transformers and accelerate read from these that there are others. All are on this machine: its loopback does.
        own = str(own_rank())
        size = str(world)
        os.environ.update({"WORLD_SIZE": size, "LOCAL_WORLD_SIZE": size, "RANK": own, "LOCAL_RANK": own})
        os.environ.setdefault("GLOO_SOCKET_IFNAME", "lo")
        take_own_gpu()
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
        if self._others:
            self._others.release()
