"""Checkpoints reach the protocol's folder beside the training: hashing and syncing never hold it up."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from queue import Queue

from .folders import publish
from .protocol import MOST_CHECKPOINTS_WAITING, Damage, Events, Refusal
from .stopping import stop_requested

WORLD = "world_size"
"""File of a checkpoint: processes that trained together."""


def refuse_other_world(checkpoint: Path, world: int) -> Path:
    """Optimiser shards, random states and the data's cursor are of so many ranks."""
    try:
        trained = int((checkpoint / WORLD).read_text())
    except (OSError, ValueError) as error:
        raise Damage(f"{checkpoint.name}/{WORLD} is damaged or missing: {error}") from error
    if trained != world:
        raise Refusal(
            f"checkpoint {checkpoint.name} was trained by {trained} processes: it goes on with as many, not {world}"
        )
    return checkpoint


class CheckpointPublisher:
    """Takes the folders that transformers wrote and makes them stand, complete, as `checkpoints/<step>`."""

    def __init__(self, folder: Path, events: Events) -> None:
        self._folder = folder
        self._events = events
        self._drafts: Queue[tuple[int, Path] | None] = Queue()
        self._failure: BaseException | None = None
        self._thread = threading.Thread(target=self._work, name="checkpoints")
        self._thread.start()

    def wait_for_room(self) -> None:
        """Until fewer checkpoints wait to be stored than may, so that the disk stays bounded."""
        while self._count_waiting() >= MOST_CHECKPOINTS_WAITING and not stop_requested.is_set():
            time.sleep(0.02)
            self._raise_failure()

    def hand_over(self, step: int, draft: Path) -> None:
        self._raise_failure()
        self._drafts.put((step, draft))

    def close(self) -> None:
        """Returns when everything that was handed over stands."""
        self._drafts.put(None)
        self._thread.join()
        self._raise_failure()

    def _work(self) -> None:
        while item := self._drafts.get():
            step, draft = item
            try:
                publish(draft, self._folder / "checkpoints" / str(step))
                self._events.tell("checkpoint", step=step)
            except BaseException as error:
                self._failure = error
                return

    def _count_waiting(self) -> int:
        standing = (self._folder / "checkpoints").glob("[0-9]*")
        return sum(1 for _ in standing) + self._drafts.qsize()

    def _raise_failure(self) -> None:
        if self._failure:
            raise self._failure
