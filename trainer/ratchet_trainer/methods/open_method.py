from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

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
}


def open_method(settings: Hyperparameters, parent: Path | None) -> Method:
    return METHODS[settings.method](settings, parent)
