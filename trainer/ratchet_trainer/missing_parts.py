"""What a setting needs of the machine and the image, said before a base model is loaded."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING

import torch

from .combinations import FLASH
from .protocol import Refusal

if TYPE_CHECKING:
    from .hyperparameters import Hyperparameters

PACKAGES = {
    "flash_attention_2": ("flash_attn", "flash-attn"),
    "flash_attention_3": ("flash_attn_interface", "flash-attn-3"),
}


def refuse_what_is_missing(settings: Hyperparameters) -> None:
    """Raises Refusal where the machine lacks a GPU or the image a package that a setting needs."""
    refuse_missing_attention(settings)
    if settings.liger and find_spec("liger_kernel") is None:
        raise Refusal(
            "liger needs liger-kernel, which is not installed: take the trainer's extra liger, or leave liger out"
        )


def refuse_missing_attention(settings: Hyperparameters) -> None:
    """The part of it that also predicting needs."""
    if settings.attention in FLASH:
        module, package = PACKAGES[settings.attention]
        if not torch.cuda.is_available():
            raise Refusal(f"attention {settings.attention} needs a GPU, and none is here: take sdpa")
        if find_spec(module) is None:
            raise Refusal(f"attention {settings.attention} needs {package}, which is not installed: take sdpa")
