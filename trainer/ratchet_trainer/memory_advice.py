"""What to do about CUDA's memory: the one change that fits the settings, those first that leave the result as it is."""

from __future__ import annotations

import traceback
from typing import TYPE_CHECKING

import torch

from .engines.vllm_python import ARGUMENTS
from .gpus import choose_world_size

if TYPE_CHECKING:
    from .hyperparameters import Hyperparameters
    from .protocol import Job

LEAST_TOKENS = 512
"""Of a training example: shorter ones lose what they are about."""
ANEW = "hyperparameters are part of every key: all blocks are computed anew"
LOADERS = ("load_base", "from_engine_args")
"""Functions in which weights are loaded: this trainer's, and vLLM's."""
LESS = '{"gpu_memory_utilization": 0.8}'
"""Of 0.92."""
SIGNS = ("out of memory", "CUBLAS_STATUS_ALLOC_FAILED", "CUDNN_STATUS_ALLOC_FAILED")


def is_out_of_memory(error: BaseException) -> bool:
    """By PyTorch's allocator, or by a library that takes memory beside it."""
    if isinstance(error, torch.cuda.OutOfMemoryError):
        return True
    text = str(error)
    if isinstance(error, MemoryError):  # What transformers raises of a cache that does not fit what is free.
        return "Memory footprint" in text and torch.cuda.is_available()
    if isinstance(error, ValueError):  # What vLLM raises of weights and a cache that do not fit.
        return "gpu memory utilization" in text.lower().replace("_", " ") and torch.cuda.is_available()
    return isinstance(error, RuntimeError) and "cuda" in text.lower() and any(sign in text for sign in SIGNS)


def explain_memory(error: BaseException, job: Job, settings: Hyperparameters) -> str:
    """The last words, by which Ratchet knows the cause."""
    is_loading = any(frame.name in LOADERS for frame in traceback.extract_tb(error.__traceback__))
    if is_loading:
        advice = _advise_loading(settings, job.stage)
    else:
        advice = _advise_generation(settings) if job.stage == "generate" else _advise_training(job, settings)
    return f"CUDA out of memory{_describe_use()}: {advice}"


def _advise_training(job: Job, settings: Hyperparameters) -> str:
    same = f"the result stays the same but for rounding{' and what dropout leaves out' if settings.dropout else ''}"
    if settings.batch_size > 1:
        smaller = _fit_batch(settings, choose_world_size(job))
        return (
            f"lower batchSize from {settings.batch_size} to {smaller}; globalBatch stays {settings.global_batch}, so "
            f"that {same}; {ANEW}"
        )
    if not settings.gradient_checkpointing:
        return f"set gradientCheckpointing: true; a step takes longer, the result stays the same; {ANEW}"
    if settings.tuning != "qlora":
        return f"set tuning: {'lora or qlora' if settings.tuning == 'full' else 'qlora'}; it is another result; {ANEW}"
    if settings.max_tokens > LEAST_TOKENS:
        half = max(LEAST_TOKENS, settings.max_tokens // 2)
        return (
            f"lower maxTokens from {settings.max_tokens} to {half}; longer examples lose turns: another result; {ANEW}"
        )
    return _ask_for_more(settings)


def _fit_batch(settings: Hyperparameters, world: int) -> int:
    """The largest, at most half of what it is, of which `world` processes make steps of the same global batch."""
    sizes = range(settings.batch_size // 2, 0, -1)
    return next(size for size in sizes if settings.global_batch % (size * world) == 0)


def _advise_generation(settings: Hyperparameters) -> str:
    if settings.engine == "vllm":
        return f"let vLLM take less of the GPU, by {ARGUMENTS}='{LESS}' in the trainer's environment; no key changes"
    if settings.generation_batch == 1:
        return _advise_loading(settings, "generate")
    half = settings.generation_batch // 2
    lower = f"lower generationBatch from {settings.generation_batch} to {half}"
    return f"{lower}; {ANEW}. A GPU with more memory spares that"


def _advise_loading(settings: Hyperparameters, stage: str) -> str:
    if stage == "generate" and settings.engine == "vllm":  # To it all bases are as large.
        return _ask_for_more(settings)
    if settings.tuning == "lora":
        return f"set tuning: qlora, whose base takes a quarter; it is another result; {ANEW}"
    return _ask_for_more(settings)


def _ask_for_more(settings: Hyperparameters) -> str:
    """Only what is sharded takes less of each GPU where there are more."""
    return f"ask for a GPU with more memory{', or for more of them' if settings.parallel == 'fsdp' else ''}"


def _describe_use() -> str:
    if not torch.cuda.is_available():
        return ""
    used, there = (
        torch.cuda.max_memory_allocated(),
        torch.cuda.get_device_properties(torch.cuda.current_device()).total_memory,
    )
    return f" (at most {used / 2**30:.1f} GiB allocated of {there / 2**30:.1f} GiB)"
