"""What a person should know before they trust, or wait for, what comes: each is said once."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from safetensors import safe_open

from .protocol import Events

if TYPE_CHECKING:
    from .hyperparameters import Hyperparameters

MANY_CUT = 0.1
"""Share of the examples from which on cuts are worth a word."""
SMALL_MODEL = 100_000_000
"""Weights that a processor trains in reasonable time."""


def warn_of_cuts(events: Events, counts: dict[str, Any], limit: str) -> None:
    """`counts`: a count event; `limit`: the hyperparameter that cuts, with its value."""
    name, examples, dropped, cut = (counts[key] for key in ("name", "examples", "droppedExamples", "truncatedExamples"))
    if dropped:
        events.warn(
            f"{name}: {dropped} of {examples} examples are left out: they have no target, or their last turn and it "
            f"do not fit in {limit}"
        )
    if cut > MANY_CUT * examples:
        events.warn(f"{name}: {cut} of {examples} prompts were cut to fit in {limit}")


def warn_before_training(
    events: Events, settings: Hyperparameters, tokenizer: Any, model: Any, parent: Path | None
) -> None:
    if not tokenizer.is_fast:
        events.warn(f"{type(tokenizer).__name__} is a slow tokenizer, in Python: rendering takes long")
    _warn_of_device(events, settings, model)
    _warn_of_parent(events, parent)


def _warn_of_device(events: Events, settings: Hyperparameters, model: Any) -> None:
    if torch.cuda.is_available():
        if settings.precision == "bf16" and not torch.cuda.is_bf16_supported(including_emulation=False):
            events.warn(f"{torch.cuda.get_device_name()} has no bf16, which is emulated and slow: take a newer GPU")
        return
    if settings.optimiser.startswith("paged_"):
        events.warn(f"optimiser {settings.optimiser}: nothing is paged on a processor; the result stays the same")
    weights = model.num_parameters()
    if weights > SMALL_MODEL:
        events.warn(f"no GPU was found: a model of {weights / 1e9:.1f} billion weights computes on the processor")


def _warn_of_parent(events: Events, parent: Path | None) -> None:
    """An adapter that somebody stored in fewer bits goes on from what was rounded."""
    file = parent and parent / "adapter_model.safetensors"
    if not file or not file.is_file():
        return
    with safe_open(file, "pt") as tensors:
        names = tensors.keys()
        kinds = {tensors.get_slice(name).get_dtype() for name in names}
    if kinds - {"F32"}:
        events.warn(
            f"the parent's adapter is stored as {', '.join(sorted(kinds))}: it was rounded, and goes on in float32"
        )
