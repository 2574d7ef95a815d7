from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .engine import Engine

if TYPE_CHECKING:
    from ..hyperparameters import Hyperparameters
    from ..protocol import Job


def open_engine(job: Job, settings: Hyperparameters, tokenizer: Any) -> Engine:
    """Loads the one that is asked for: each needs libraries that the others do without."""
    if settings.engine == "vllm":
        from .vllm import open_vllm

        return open_vllm(job, settings, tokenizer)
    if settings.engine == "continuous":
        from .continuous import ContinuousEngine

        return ContinuousEngine(job, settings, tokenizer)
    from .padded import PaddedEngine

    return PaddedEngine(job, settings, tokenizer)
