"""
Whether a block that is resumed comes to the same end. GPUs may add in another order each time, so the measure is a
second uninterrupted run: the resumed one may be no further from the first than `TIMES` that, and its losses within
`TOLERANCE`.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from job import train
from setting import Setting, list_features

TOLERANCE = 1e-3
"""Of the loss of each step after the resume, relative."""
TIMES = 2.0


def measure_resume(setting: Setting) -> dict[str, Any]:
    features = list_features(setting)[0]
    steps = 8
    half = steps // 2
    kept = setting.work / "kept-checkpoint"
    shutil.rmtree(kept, ignore_errors=True)
    whole = train(setting, "whole", steps, features, checkpoint_every=half, keep=kept)
    again = train(setting, "whole-again", steps, features, checkpoint_every=half)
    resumed = train(setting, "resumed", steps, features, checkpoint_every=half, resume=kept)
    later = [step for step in whole.losses() if step > half]
    repeated, gone_on = (_differ(whole.losses(), other.losses(), later) for other in (again, resumed))
    weights = {
        name: _weights_differ(whole.folder, other.folder) for name, other in (("again", again), ("resumed", resumed))
    }
    return {
        "steps": steps,
        "resumedAfter": half,
        "lossDifference": gone_on,
        "lossDifferenceOfRepetition": repeated,
        "weightDifference": weights["resumed"],
        "weightDifferenceOfRepetition": weights["again"],
        "tolerance": {"loss": TOLERANCE, "weights": f"{TIMES} x that of a repetition"},
        "equal": is_equal(gone_on, weights["resumed"], weights["again"]),
    }


def is_equal(loss: float, weights: float, repetition: float) -> bool:
    return loss <= TOLERANCE and weights <= TIMES * repetition


def _differ(one: dict[int, float], other: dict[int, float], steps: list[int]) -> float:
    """The largest relative difference of losses; a step that is missing on one side is infinitely far."""
    if not steps or any(step not in other for step in steps):
        return float("inf")
    return max(abs(one[step] - other[step]) / abs(one[step]) for step in steps)


def _weights_differ(one: Path, other: Path) -> float:
    """The largest absolute difference of any weight."""
    import numpy as np
    from safetensors.numpy import load_file

    left, right = (load_file(folder / "weights" / "adapter_model.safetensors") for folder in (one, other))
    if left.keys() != right.keys():
        return float("inf")
    return max(float(np.abs(left[name] - right[name]).max()) for name in left)
