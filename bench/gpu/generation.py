"""Tokens a second of the trainer's generate stage against plain `generate` and vLLM, on the same prompts."""

from __future__ import annotations

import sys
from pathlib import Path
from statistics import median
from typing import Any

from job import generate, train
from plain import run_plain
from setting import Setting

WARM, MEASURED = "warm", "measured"
OUR_ENGINES: tuple[str, ...] = ("transformers", "continuous")


def measure_generation(setting: Setting) -> dict[str, Any]:
    weights = _make_adapter(setting)
    ours = dict.fromkeys(OUR_ENGINES, sys.executable)
    others = {"plain_generate.py": sys.executable}
    if setting.vllm_python:
        ours["vllm"] = others["plain_vllm.py"] = setting.vllm_python
    else:
        setting.notes.append("vLLM: not compared, --vllm-python names no environment that has it")
    speeds: dict[str, list[float]] = {}
    for number in setting.repetitions():
        for engine, python in ours.items():
            speed = _run_ours(setting, f"generate-{engine}-{number}", weights, engine, python)
            speeds.setdefault(f"this trainer, engine {engine}", []).append(speed)
        for script, python in others.items():
            speed = _run_other(setting, f"{Path(script).stem}-{number}", script, weights, python)
            speeds.setdefault(Path(script).stem.replace("_", " "), []).append(speed)
    return {
        "prompts": setting.shape.prompts,
        "newTokens": _new_tokens(setting),
        "tokensPerSecond": {
            name: {"median": median(found), "least": min(found), "most": max(found)} for name, found in speeds.items()
        },
    }


def _make_adapter(setting: Setting) -> Path:
    """Of one step of training: generation has the work of an adapter, as in a sweep."""
    folder = setting.work / "adapter"
    if not (folder / "weights").exists():
        train(setting, "adapter", 1, {})
    return folder / "weights"


def _run_ours(setting: Setting, name: str, weights: Path, engine: str, python: str) -> float:
    """Between two announcements: start and the first prompts, which warm everything up, are not counted."""
    prompts = setting.shape.prompts
    files = {WARM: setting.shape.hyperparameters.get("generationBatch", 16), MEASURED: prompts}
    followed = generate(setting, name, files, weights, {"engine": engine}, python=python)
    seconds = followed.seen_at("predictions", MEASURED) - followed.seen_at("predictions", WARM)
    return prompts * _new_tokens(setting) / seconds


def _run_other(setting: Setting, name: str, script: str, weights: Path, python: str) -> float:
    fields = {
        "hyperparameters": setting.shape.hyperparameters,
        "adapter": str(weights),
        "prompts": setting.shape.prompts,
        "newTokens": _new_tokens(setting),
    }
    measured = run_plain(setting, name, script, fields, python)
    return measured["tokens"] / measured["seconds"]


def _new_tokens(setting: Setting) -> int:
    return setting.shape.hyperparameters.get("maxNewTokens", 128)
