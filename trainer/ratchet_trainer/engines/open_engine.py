from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..gpus import choose_team_size
from .engine import Engine

if TYPE_CHECKING:
    from ..hyperparameters import Hyperparameters
    from ..protocol import Job


def choose_processes(job: Job, settings: Hyperparameters) -> int:
    """How many of the same engine predict together: one a GPU, or one alone that spreads the model over all GPUs."""
    return 1 if settings.parallel == "fsdp" else choose_team_size(job)


def open_engine(job: Job, settings: Hyperparameters, tokenizer: Any) -> Engine:
    """Loads the one that is asked for: each needs libraries that the others do without."""
    if settings.engine == "vllm":
        from .vllm import VllmEngine

        return VllmEngine(job, settings, tokenizer)
    if settings.engine == "continuous":
        from .continuous import ContinuousEngine

        return ContinuousEngine(job, settings, tokenizer)
    from .padded import PaddedEngine

    return PaddedEngine(job, settings, tokenizer)
