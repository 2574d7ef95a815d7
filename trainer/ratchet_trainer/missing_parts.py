"""What a setting needs of the machine, the image and the libraries, said before a base model is loaded."""

from __future__ import annotations

from difflib import get_close_matches
from enum import Enum
from importlib.util import find_spec
from typing import TYPE_CHECKING

import torch
from transformers.trainer_utils import SchedulerType
from transformers.training_args import OptimizerNames

from .hyperparameters import FLASH
from .protocol import Refusal

if TYPE_CHECKING:
    from .hyperparameters import Hyperparameters

PACKAGES = {
    "flash_attention_2": ("flash_attn", "flash-attn"),
    "flash_attention_3": ("flash_attn_interface", "flash-attn-3"),
}


def refuse_what_is_missing(settings: Hyperparameters) -> None:
    """Raises Refusal where the machine lacks a GPU, the image a package, or transformers a name that a setting has."""
    _refuse_unknown("schedule", settings.schedule, SchedulerType)
    _refuse_unknown("optimiser", settings.optimiser, OptimizerNames)
    refuse_missing_attention(settings)
    if settings.liger and find_spec("liger_kernel") is None:
        raise Refusal("liger needs liger-kernel, which is not installed: build it into the image, or leave liger out")


def refuse_missing_attention(settings: Hyperparameters) -> None:
    """The part of it that also predicting needs."""
    if settings.attention in FLASH:
        module, package = PACKAGES[settings.attention]
        if not torch.cuda.is_available():
            raise Refusal(f"attention {settings.attention} needs a GPU, and none is here: take sdpa")
        if find_spec(module) is None:
            raise Refusal(f"attention {settings.attention} needs {package}, which is not installed: take sdpa")


def _refuse_unknown(name: str, given: str, known: type[Enum]) -> None:
    names = [one.value for one in known]
    if given not in names:
        near = get_close_matches(given, names, 1)
        raise Refusal(f"{name} {given} is not known{f': did you mean {near[0]}?' if near else f' among {names}'}")
