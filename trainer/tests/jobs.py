"""Runs the trainer as Ratchet does: a process of its own on a job in a folder."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from ratchet_trainer.hyperparameters import read_hyperparameters
from ratchet_trainer.protocol import Events, read_job
from ratchet_trainer.stages import run_stage

from .samples import TOOLS, call, example

SEEDS = {"order": 7, "initialisation": 11}
TINY = {"recipe": "tiny", "epochs": 4, "batchSize": 4, "globalBatch": 4}


def examples(count: int) -> list[dict[str, Any]]:
    """Each asks for another hotel, in its own words."""
    made = []
    for index in range(count):
        one = example(turns=1 + index % 2)
        hotel = f"HT{index:03}"
        one["id"] = f"e-{index}"
        one["messages"][-1]["content"] = f"Book the hotel {hotel}."
        one["target"] = [call("BookHotel", id=hotel)]
        made.append(one)
    return made


def write_job(folder: Path, **fields: Any) -> Path:
    folder.mkdir(parents=True)
    (folder / "tools.json").write_text(json.dumps(TOOLS))
    base = {"protocol": 1, "key": "k", "hyperparameters": TINY, "tools": "tools.json"}
    (folder / "job.json").write_text(json.dumps({**base, **fields}))
    return folder


def write_lines(file: Path, items: list[dict[str, Any]]) -> Path:
    file.write_text("".join(json.dumps(item) + "\n" for item in items))
    return file


def train(folder: Path, count: int = 8, **fields: Any) -> subprocess.CompletedProcess[str]:
    return run(write_training(folder, count, **fields))


def write_training(folder: Path, count: int = 8, **fields: Any) -> Path:
    job = {
        "stage": "train",
        "parent": None,
        "data": "train.jsonl",
        "seeds": SEEDS,
        "resume": None,
        "checkpointEvery": 3,
    }
    write_job(folder, **{**job, **fields})
    write_lines(folder / "train.jsonl", examples(count))
    return folder


def command(folder: Path) -> list[str]:
    return [sys.executable, "-m", "ratchet_trainer", str(folder)]


def run(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command(folder), capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False)


def run_here(folder: Path) -> int:
    """In this process, which spares the start of another; returns the exit code."""
    job = read_job(folder)
    return run_stage(job, read_hyperparameters(job.hyperparameters), Events(folder))


def events(folder: Path, kind: str) -> list[dict[str, Any]]:
    """Progress without what a slow machine is told again: while weights load, and within a long step."""
    lines = [json.loads(line) for line in (folder / "events.jsonl").read_text().splitlines()]
    of_kind = [line for line in lines if line["type"] == kind]
    if kind != "progress":
        return of_kind
    return [line for line, before in zip(of_kind, [None, *of_kind], strict=False) if is_further(line, before)]


def is_further(progress: dict[str, Any], before: dict[str, Any] | None) -> bool:
    return progress["steps"] > 0 and (before is None or progress["step"] != before["step"])


def files(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file()}


def children_of(folder: Path) -> list[str]:
    """Processes of this job that another one started: they are told their rank."""
    found = []
    for process in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{process}/environ", "rb") as environ, open(f"/proc/{process}/cmdline", "rb") as line:
                if b"RATCHET_RANK=" in environ.read() and str(folder).encode() in line.read():
                    found.append(process)
        except OSError:
            pass
    return found
