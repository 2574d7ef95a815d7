"""What to do about CUDA's memory: the one change that fits the settings, those first that leave the result as it is."""

from __future__ import annotations

import traceback
from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from .hyperparameters import Hyperparameters

LEAST_TOKENS = 512
"""Of a training example: shorter ones lose what they are about."""
SIGNS = ("out of memory", "CUBLAS_STATUS_ALLOC_FAILED", "CUDNN_STATUS_ALLOC_FAILED")


def is_out_of_memory(error: BaseException) -> bool:
    """By PyTorch's allocator, or by a library that takes memory beside it."""
    if isinstance(error, torch.cuda.OutOfMemoryError):
        return True
    text = str(error)
    if isinstance(error, MemoryError):  # What transformers raises of a cache that does not fit what is free.
        return "Memory footprint" in text and torch.cuda.is_available()
    return isinstance(error, RuntimeError) and "cuda" in text.lower() and any(sign in text for sign in SIGNS)


def explain_memory(error: BaseException, stage: str, settings: Hyperparameters) -> str:
    """The last words, by which Ratchet knows the cause."""
    is_loading = any(frame.name == "load_base" for frame in traceback.extract_tb(error.__traceback__))
    if is_loading:
        advice = _advise_loading(settings)
    else:
        advice = _advise_generation(settings) if stage == "generate" else _advise_training(settings)
    return f"CUDA out of memory{_describe_use()}: {advice}"


def _advise_training(settings: Hyperparameters) -> str:
    if settings.batch_size > 1:
        half = settings.batch_size // 2
        while settings.global_batch % half:
            half -= 1
        return (
            f"lower batchSize from {settings.batch_size} to {half}; globalBatch stays {settings.global_batch}, so that "
            "the result stays the same but for rounding"
        )
    if not settings.gradient_checkpointing:
        return "set gradientCheckpointing: true; a step takes longer, the result stays the same"
    if not settings.liger:
        return "set liger: true, which never holds all logits; the result stays the same but for rounding"
    if settings.tuning != "qlora":
        return f"set tuning: {'lora or qlora' if settings.tuning == 'full' else 'qlora'}; it is another result"
    if settings.max_tokens > LEAST_TOKENS:
        half = max(LEAST_TOKENS, settings.max_tokens // 2)
        return f"lower maxTokens from {settings.max_tokens} to {half}; longer examples lose turns: another result"
    return LARGER


def _advise_generation(settings: Hyperparameters) -> str:
    if settings.generation_batch > 1:
        half = settings.generation_batch // 2
        return f"lower generationBatch from {settings.generation_batch} to {half}"
    return _advise_loading(settings)


def _advise_loading(settings: Hyperparameters) -> str:
    if settings.tuning == "lora":
        return "set tuning: qlora, whose base takes a quarter; it is another result"
    return LARGER


LARGER = "ask for a GPU with more memory, or for more of them"


def _describe_use() -> str:
    if not torch.cuda.is_available():
        return ""
    used, there = (
        torch.cuda.max_memory_allocated(),
        torch.cuda.get_device_properties(torch.cuda.current_device()).total_memory,
    )
    return f" (at most {used / 2**30:.1f} GiB allocated of {there / 2**30:.1f} GiB)"
