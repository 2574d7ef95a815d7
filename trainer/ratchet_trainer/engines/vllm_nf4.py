"""
The base as QLoRA trained over it, for vLLM, which has no NF4 of its own: every weight that was quantized is rounded to
NF4 and back as it is loaded. It takes the room of a base that is not quantized.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from importlib import import_module
from typing import Any

import torch
from bitsandbytes.functional import dequantize_4bit, quantize_4bit
from transformers import AutoModelForCausalLM

from ..base_model import own_device

LOAD_FORMAT = "nf4"
# By name: types are checked where vLLM is not installed.
_loading: Any = import_module("vllm.model_executor.model_loader")


@_loading.register_model_loader(LOAD_FORMAT)
class RoundingLoader(_loading.DefaultModelLoader):
    def __init__(self, load_config: Any) -> None:
        super().__init__(replace(load_config, load_format="auto"))

    def get_all_weights(self, model_config: Any, model: Any) -> Iterator[tuple[str, torch.Tensor]]:
        """Names and tensors as the base's files have them."""
        left = list_quantized(model_config.hf_config)
        for name, weight in super().get_all_weights(model_config, model):
            is_quantized = name in left
            left.discard(name)
            yield name, round_to_nf4(weight.to(model_config.dtype)) if is_quantized else weight
        if left:
            raise RuntimeError(
                f"the base's files lack {len(left)} weights that QLoRA quantizes, {min(left)} among them"
            )


class RegisterInWorker:
    """Named as vLLM's worker extension, so that each of its processes imports this module."""


def list_quantized(config: Any) -> set[str]:
    """Names of the weights that transformers quantizes: of all linear layers but the head."""
    with torch.device("meta"):
        model = AutoModelForCausalLM.from_config(config)
    head = model.get_output_embeddings()
    layers = model.named_modules()
    return {f"{name}.weight" for name, one in layers if isinstance(one, torch.nn.Linear) and one is not head}


def round_to_nf4(weight: torch.Tensor) -> torch.Tensor:
    """Doubly quantized, as `base_model` quantizes; of the same type."""
    return dequantize_4bit(*quantize_4bit(weight.to(own_device()), compress_statistics=True, quant_type="nf4"))
