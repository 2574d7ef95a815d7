"""One adapter a block: nothing is forgotten and nothing handed on. Each block learns from the base, as if the first."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..adapters import (
    DEFAULT,
    Tensors,
    compute_as_trained,
    open_adapter,
    open_another_adapter,
    open_for_training,
    save_weights,
)
from ..protocol import Damage, Refusal
from .method import Method

if TYPE_CHECKING:
    from ..hyperparameters import Hyperparameters

INDEX = "domains.json"
"""The folder of each domain's adapter."""


class AdapterPerBlock(Method):
    """What a block leaves holds the adapters of all blocks before it, unchanged, and its own."""

    needs = INDEX
    keeps = ()

    def __init__(self, settings: Hyperparameters, parent: Path | None, domains: tuple[str, ...] = ()) -> None:
        super().__init__(settings, parent, domains)
        if not domains:
            raise Refusal(
                "method adapter-per-block has to know which domains a block teaches: "
                "write `tellDomains: true` beside the condition's hyperparameters"
            )

    def open(self, base: Any, initialisation: int) -> Any:
        return open_for_training(base, self.settings, None, initialisation)

    def leave(self, trainer: Any, folder: Path, collected: Tensors | None = None) -> None:
        earlier = list_adapters(self.parent) if self.parent else []
        for adapter in earlier:
            shutil.copytree(adapter, folder / adapter.name)
        own = f"block-{len(earlier) + 1}"
        save_weights(trainer.model, folder / own, DEFAULT, collected)
        index = {**(read_index(self.parent) if self.parent else {}), **dict.fromkeys(self.domains, own)}
        (folder / INDEX).write_text(json.dumps(index, indent=2, sort_keys=True) + "\n")


def open_all_adapters(base: Any, settings: Hyperparameters, weights: Path) -> Any:
    """A model that `answer_as` switches from domain to domain."""
    first, *others = list_adapters(weights)
    model = open_adapter(base, first, first.name)
    for adapter in others:
        open_another_adapter(model, adapter, adapter.name)
    return compute_as_trained(model, settings).eval()


def answer_as(model: Any, weights: Path, domain: str) -> None:
    """By the domain's own adapter. The base answers for a domain that has none: no other adapter is meant for it."""
    adapter = read_index(weights).get(domain)
    if adapter is None:
        model.base_model.disable_adapter_layers()
    else:
        model.base_model.enable_adapter_layers()
        model.set_adapter(adapter)


def list_adapters(weights: Path) -> list[Path]:
    return sorted(path for path in weights.iterdir() if path.is_dir())


def read_index(weights: Path) -> dict[str, str]:
    try:
        return json.loads((weights / INDEX).read_text())
    except (OSError, ValueError) as error:
        raise Damage(f"{weights.name}/{INDEX} is damaged or missing: {error}") from error
