"""Training: tokens a second, MFU and peak memory of the trainer's own train stage against plain TRL, taking turns."""

from __future__ import annotations

import json
from statistics import median
from typing import Any

from job import SEEDS, train
from plain import run_plain
from setting import Setting, list_features

MEASURED = "variants.json"
"""In the folder of work: which features served plain TRL best, once that was measured."""


def measure_variants(setting: Setting) -> dict[str, Any]:
    """Plain TRL with everything that the environment has, to know its best configuration."""
    variants = []
    for index, features in enumerate(setting.while_time("configurations", list_features(setting))):
        measured = _run_trl(setting, f"variant-{index}", features)
        variants.append({"features": features, "tokensPerSecond": _speed(measured), **measured})
    best = max(variants, key=lambda one: one["tokensPerSecond"])["features"]
    (setting.work / MEASURED).write_text(json.dumps(best))
    return {"variants": variants, "best": best}


def measure_throughput(setting: Setting) -> dict[str, Any]:
    available = list_features(setting)
    features = _choose_features(setting, available)
    pairs = []
    for number in setting.repetitions():
        # Whoever comes second finds the weights in the page cache: it is not always the same.
        order = sorted(SIDES, reverse=number % 2 == 1)
        pairs.append({side: SIDES[side](setting, f"{side}-{number}", features) for side in order})
    flops, peak = pairs[0]["trl"]["flopsPerToken"], pairs[0]["trl"]["peakFlops"]
    sides = {side: _summarise([pair[side] for pair in pairs], flops, peak) for side in SIDES}
    ratios = [_speed(pair["ours"]) / _speed(pair["trl"]) for pair in pairs]
    return {
        "features": features,
        "configurations": len(available),
        **sides,
        "tokens": {side: pairs[0][side]["tokens"] for side in SIDES},
        "ratio": {"median": median(ratios), "least": min(ratios), "most": max(ratios), "all": ratios},
    }


def _choose_features(setting: Setting, available: list[dict[str, Any]]) -> dict[str, Any]:
    file = setting.work / MEASURED
    known = json.loads(file.read_text()) if file.exists() else None
    if known in available:
        return known
    setting.notes.append(
        "which configuration serves TRL best was not measured (--part variants): the likeliest is taken"
    )
    return available[0]


def _run_ours(setting: Setting, name: str, features: dict[str, Any]) -> dict[str, Any]:
    shape = setting.shape
    followed = train(setting, name, shape.steps, features)
    timed = followed.steps()[shape.warmup :]
    return {
        "tokens": sum(step.tokens for step in timed),
        "seconds": sum(step.seconds for step in timed),
        "peakMemoryBytes": followed.of("progress")[-1]["peakMemoryBytes"],
    }


def _run_trl(setting: Setting, name: str, features: dict[str, Any]) -> dict[str, Any]:
    shape = setting.shape
    fields = {
        "hyperparameters": {**shape.hyperparameters, **features},
        "examples": shape.steps * setting.global_batch,
        "warmup": shape.warmup,
        "seeds": SEEDS,
    }
    return run_plain(setting, name, "plain_trl.py", fields)


SIDES = {"ours": _run_ours, "trl": _run_trl}


def _speed(measured: dict[str, Any]) -> float:
    return measured["tokens"] / measured["seconds"]


def _summarise(runs: list[dict[str, Any]], flops: float | None, peak: float | None) -> dict[str, Any]:
    speeds = [_speed(run) for run in runs]
    middle = median(speeds)
    return {
        "tokensPerSecond": middle,
        "least": min(speeds),
        "most": max(speeds),
        "mfu": middle * flops / peak if flops and peak else None,
        "peakMemoryBytes": max((run["peakMemoryBytes"] for run in runs if run["peakMemoryBytes"]), default=None),
    }
