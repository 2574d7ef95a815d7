from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..adapters import open_for_generation
from .adapter_per_block import AdapterPerBlock, answer_as, open_all_adapters
from .ewc import ElasticWeightConsolidation
from .lwf import LearningWithoutForgetting
from .method import Method
from .o_lora import OrthogonalLora

if TYPE_CHECKING:
    from ..hyperparameters import Hyperparameters

METHODS: dict[str, type[Method]] = {
    "sequential": Method,
    "ewc": ElasticWeightConsolidation,
    "lwf": LearningWithoutForgetting,
    "o-lora": OrthogonalLora,
    "adapter-per-block": AdapterPerBlock,
}


def open_method(settings: Hyperparameters, parent: Path | None, domains: tuple[str, ...] = ()) -> Method:
    """`domains`: those that the block teaches, where the sweep file tells."""
    return METHODS[settings.method](settings, parent, domains)


def open_answering(base: Any, settings: Hyperparameters, weights: Path | None) -> Any:
    """The model that a block left, or the base; `turn_to` has to be told of each domain first."""
    if settings.method == "adapter-per-block" and weights:
        return open_all_adapters(base, settings, weights)
    return open_for_generation(base, settings, weights)


def turn_to(model: Any, settings: Hyperparameters, weights: Path | None, domain: str) -> None:
    """Most methods answer for all domains alike."""
    if settings.method == "adapter-per-block" and weights:
        answer_as(model, weights, domain)
