"""What a checkpoint costs a step: how much longer training takes where one is written than where none is."""

from __future__ import annotations

from statistics import median
from typing import Any

from job import Step, train
from setting import Setting, list_features

EVERY = 4
"""Steps between checkpoints here; a sweep's default is below."""
DEFAULT_EVERY = 50


def measure_stall(setting: Setting) -> dict[str, Any]:
    shape = setting.shape
    steps = shape.warmup + 3 * EVERY + 2
    followed = train(setting, "checkpoints", steps, list_features(setting)[0], checkpoint_every=EVERY)
    saved = {event["step"] for event in followed.of("checkpoint")}
    return summarise_stall(followed.steps()[shape.warmup :], saved)


def summarise_stall(steps: list[Step], saved: set[int]) -> dict[str, Any]:
    """
    A checkpoint after step n is waited for at the end of n and written before n + 1 begins: what both take beyond two
    plain steps is its stall. May be below 0 where that is less than steps differ anyway: the spread is beside it.
    """
    plain = [step.seconds for step in steps if step.number not in saved and step.number - 1 not in saved]
    usual = median(plain)
    seconds = {step.number: step.seconds for step in steps}
    stalls = [seconds[n] + seconds[n + 1] - 2 * usual for n in sorted(saved) if n in seconds and n + 1 in seconds]
    stall = median(stalls)
    return {
        "stepSeconds": usual,
        "stepSpread": max(plain) - min(plain),
        "stallSeconds": stall,
        "checkpoints": len(stalls),
        "every": DEFAULT_EVERY,
        "share": stall / (DEFAULT_EVERY * usual),
    }
