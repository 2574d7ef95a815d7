"""Ratchet's trainer protocol (docs/trainer-protocol.md): the job, the events, the exit codes."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PROTOCOL_VERSION = 1
INTERRUPTED, CONFIGURATION, DAMAGED, FAILED = 75, 78, 65, 1
MOST_CHECKPOINTS_WAITING = 2
RANK = "RATCHET_RANK"
"""Environment of a process that rank 0 started to work beside it."""


class Refusal(Exception):
    """The job cannot be done; a retry would end the same way (exit 78)."""


class Divergence(Exception):
    """Training went astray (exit 1, with last words that Ratchet knows)."""


class Damage(Exception):
    """Weights or a checkpoint that were given are not what was written (exit 65)."""


@dataclass(frozen=True)
class Job:
    """`job.json`, with its paths made absolute. Fields of other stages are None or empty."""

    folder: Path
    stage: str
    hyperparameters: dict[str, Any]
    tools: dict[str, Any]
    files: tuple[tuple[str, Path], ...]
    """(name, file): of `count` its data, of `train` one called `train`, of `generate` its prompts."""
    sizes: bool
    base: Path | None
    """Base weights that the sweep file names; None: `model` says where they are."""
    weights: Path | None
    """Of `train` the parent's, of `generate` those to predict with."""
    resume: Path | None
    world_size: int | None
    """Processes that train, or predict, together; None: as many as there are GPUs."""
    domains: tuple[str, ...]
    """That the block teaches, where the sweep file tells trainers of them."""
    seeds: dict[str, int]
    checkpoint_every: int
    grace_seconds: float
    """To save a checkpoint once told to stop."""
    temperature: float
    decoding_seed: int
    draws: int
    """Answers to each prompt."""
    targets: dict[str, Path]
    """By the name of the prompt file: what is right, for its loss alone."""


def read_job(folder: Path) -> Job:
    """Raises Refusal where it is no job of this protocol."""
    try:
        raw = json.loads((folder / "job.json").read_text())
    except (OSError, ValueError) as error:
        raise Refusal(f"job.json cannot be read: {error}") from error
    if raw.get("protocol") != PROTOCOL_VERSION:
        raise Refusal(f"protocol {raw.get('protocol')} is not known here: this is {PROTOCOL_VERSION}")
    try:
        return _parse(folder, raw)
    except (KeyError, TypeError) as error:
        raise Refusal(f"job.json lacks {error}") from error


def _parse(folder: Path, raw: dict[str, Any]) -> Job:
    stage = raw["stage"]
    files = {"count": raw.get("data"), "generate": raw.get("prompts")}.get(stage)
    if stage == "train":
        files = [{"name": "train", "file": raw["data"]}]
    if files is None:
        raise Refusal(f"stage {stage!r} is not known here")
    weights = raw["parent"] if stage == "train" else raw.get("weights")
    decoding = raw.get("decoding", {"temperature": 0, "seed": 0})
    return Job(
        folder=folder,
        stage=stage,
        hyperparameters=raw["hyperparameters"],
        tools=json.loads((folder / raw["tools"]).read_text()),
        files=tuple((one["name"], folder / one["file"]) for one in files),
        sizes=bool(raw.get("sizes")),
        base=folder / raw["base"] if raw.get("base") else None,
        weights=folder / weights if weights else None,
        resume=folder / raw["resume"] if raw.get("resume") else None,
        world_size=raw.get("worldSize"),
        domains=tuple(raw.get("domains", ())),
        seeds=raw.get("seeds", {}),
        checkpoint_every=raw.get("checkpointEvery", 1),
        grace_seconds=raw.get("graceSeconds", float("inf")),
        temperature=decoding["temperature"],
        decoding_seed=decoding["seed"],
        draws=decoding.get("draws", 1),
        targets={one["name"]: folder / one["targets"] for one in files if one.get("targets")},
    )


def read_lines(file: Path) -> Iterator[dict[str, Any]]:
    """One JSON object a line. Raises Refusal with the line's number."""
    with file.open() as lines:
        for number, line in enumerate(lines, 1):
            try:
                yield json.loads(line)
            except ValueError as error:
                raise Refusal(f"{file.name}:{number}: not JSON: {error}") from error


def own_rank() -> int:
    """Of this process among those that work together: 0 speaks the protocol, the others are silent."""
    return int(os.environ.get(RANK, "0"))


class Events:
    """Appends one JSON object a line, each in one write; threads may share it."""

    def __init__(self, folder: Path) -> None:
        file = folder / "events.jsonl" if own_rank() == 0 else os.devnull
        self._file = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        self._said: set[str] = set()
        self._told_at = self._news_at = time.monotonic()
        self._longest_step = 0.0
        self._progress: dict[str, Any] = NOT_BEGUN
        self.measure_gpus: Callable[[], dict[str, float]] = dict
        """Is added to every progress."""
        self.gpus_may_idle = True
        """Until the first progress, and while a checkpoint or the weights are written."""

    def tell(self, kind: str, **fields: Any) -> None:
        now = time.monotonic()
        if kind == "progress":
            self._longest_step = max(self._longest_step, now - self._news_at)
            self._progress = fields
            self.gpus_may_idle = False
            fields = {**fields, **self.measure_gpus()}
        self._news_at = now
        self._write(kind, fields)

    def warn(self, message: str) -> None:
        """Once, however often it is called with the same words."""
        if message in self._said:
            return
        self._said.add(message)
        if own_rank() == 0:
            print(f"warning: {message}", file=sys.stderr, flush=True)
        self.tell("warning", message=message)

    def seconds_of_silence(self) -> float:
        return time.monotonic() - self._told_at

    def repeat_progress(self, is_at_work: bool) -> None:
        """
        That a long step goes on is for its GPUs to show: Ratchet sees whether they are busy. Where they may idle, or
        nothing is known of them, the process has to be at work. A GPU that waits for another looks busy, so that no
        step may last much longer than those before.
        """
        patience = LONGEST if self.gpus_may_idle else min(LONGEST, MUCH_LONGER * self._longest_step)
        if time.monotonic() - self._news_at > patience:
            return
        gpus = {} if self.gpus_may_idle else self.measure_gpus()
        if is_at_work or "gpuUtilisation" in gpus:
            self._write("progress", {**self._progress, "tokensPerSecond": 0, **gpus})

    def _write(self, kind: str, fields: dict[str, Any]) -> None:
        self._told_at = time.monotonic()
        os.write(self._file, (json.dumps({"type": kind, **fields}) + "\n").encode())


LONGEST = 3600.0
"""Seconds that anything may take before it counts as hung."""
MUCH_LONGER = 10

NOT_BEGUN = {"step": 0, "steps": 0, "loss": None, "tokens": 0, "tokensPerSecond": 0, "peakMemoryBytes": 0}
