"""Jobs of the trainer: written, started and followed as a carrier does."""

from __future__ import annotations

import json
import shutil
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import processes
from setting import Setting

SEEDS = {"order": 7, "initialisation": 11}
NEVER = 1_000_000


@dataclass(frozen=True)
class Step:
    number: int
    seconds: float
    """From one report to the next: a checkpoint that is written after a step falls into the next."""
    tokens: int
    """Without padding."""
    loss: float


@dataclass
class Followed:
    """What a job left, and when its events were seen."""

    folder: Path
    events: list[dict[str, Any]] = field(default_factory=list)
    seen: list[float] = field(default_factory=list)

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [event for event in self.events if event["type"] == kind]

    def steps(self) -> list[Step]:
        """Of a job that was not resumed: times are worked out from the tokens a second that each event tells."""
        steps: list[Step] = []
        tokens = 0
        for event in self.of("progress"):
            if event["loss"] is None or event["tokensPerSecond"] <= 0:
                continue
            more = event["tokens"] - tokens
            steps.append(Step(event["step"], more / event["tokensPerSecond"], more, event["loss"]))
            tokens = event["tokens"]
        return steps

    def losses(self) -> dict[int, float]:
        return {event["step"]: event["loss"] for event in self.of("progress") if event["loss"] is not None}

    def seen_at(self, kind: str, name: str) -> float:
        return next(
            at
            for event, at in zip(self.events, self.seen, strict=True)
            if event["type"] == kind and event.get("name") == name
        )


def train(
    setting: Setting,
    name: str,
    steps: int,
    hyperparameters: dict[str, Any],
    *,
    checkpoint_every: int = NEVER,
    resume: Path | None = None,
    keep: Path | None = None,
) -> Followed:
    """One block of so many steps. `keep`: where its first checkpoint is copied to."""
    folder = _make_folder(setting, name)
    examples = (setting.made / "train.jsonl").read_text().splitlines(keepends=True)
    (folder / "train.jsonl").write_text("".join(examples[: steps * setting.global_batch]))
    if resume:
        shutil.copytree(resume, folder / "resume")
    job = {
        "stage": "train",
        "parent": None,
        "data": "train.jsonl",
        "seeds": SEEDS,
        "resume": "resume" if resume else None,
        "checkpointEvery": checkpoint_every,
    }
    return _run(setting, folder, job, {**hyperparameters, "epochs": 1}, keep=keep)


def generate(
    setting: Setting,
    name: str,
    files: dict[str, int],
    weights: Path,
    hyperparameters: dict[str, Any],
    *,
    python: str,
) -> Followed:
    """`files`: by name, how many prompts each has."""
    folder = _make_folder(setting, name)
    prompts = (setting.made / "prompts.jsonl").read_text().splitlines(keepends=True)
    for file, count in files.items():
        (folder / f"{file}.jsonl").write_text("".join(prompts[:count]))
    shutil.copytree(weights, folder / "weights")
    job = {
        "stage": "generate",
        "weights": "weights",
        "prompts": [{"name": file, "file": f"{file}.jsonl"} for file in files],
        "decoding": {"temperature": 0, "seed": 0},
    }
    return _run(setting, folder, job, hyperparameters, python=python)


def _make_folder(setting: Setting, name: str) -> Path:
    folder = setting.work / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    shutil.copyfile(setting.made / "tools.json", folder / "tools.json")
    return folder


def _run(
    setting: Setting,
    folder: Path,
    job: dict[str, Any],
    hyperparameters: dict[str, Any],
    *,
    keep: Path | None = None,
    python: str = sys.executable,
) -> Followed:
    given = {**setting.shape.hyperparameters, **hyperparameters, "model": str(setting.made / "model")}
    base = {"protocol": 1, "key": "bench", "tools": "tools.json", "hyperparameters": given, "worldSize": 1}
    (folder / "job.json").write_text(json.dumps({**base, **job}))
    followed = Followed(folder)

    def watch() -> None:
        _read_events(followed)
        _acknowledge(folder, keep)

    log = folder / "trainer.log"
    processes.run_python(["-m", "ratchet_trainer", str(folder)], log, setting.seconds_left(), watch, python)
    return followed


def _read_events(followed: Followed) -> None:
    file = followed.folder / "events.jsonl"
    if not file.exists():
        return
    *whole, _partial = file.read_text().split("\n")
    for line in whole[len(followed.events) :]:
        followed.events.append(json.loads(line))
        followed.seen.append(time.monotonic())


def _acknowledge(folder: Path, keep: Path | None) -> None:
    """As a carrier does once a checkpoint is stored; storing itself is not measured here."""
    for checkpoint in (folder / "checkpoints").glob("[0-9]*"):
        if keep and not keep.exists():
            shutil.copytree(checkpoint, keep)
        shutil.rmtree(checkpoint)
