"""
Model FLOPs utilisation (PaLM, arXiv 2204.02311, appendix B): the FLOPs that the model needs for the tokens it trained
on, as a share of what its GPUs could do in that time. What gradient checkpointing computes again does not count, nor
does padding.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch

PEAK_BF16: dict[str, float] = {
    r"NVIDIA A10": 125e12,
    r"NVIDIA A10G": 70e12,
    r"NVIDIA A30": 165e12,
    r"NVIDIA A40": 149.7e12,
    r"NVIDIA A100.*": 312e12,
    r"NVIDIA RTX A6000": 154.8e12,
    r"NVIDIA GeForce RTX 3090": 71e12,
    r"NVIDIA GeForce RTX 4090": 165.2e12,
    r"NVIDIA GeForce RTX 5090": 209.5e12,
    r"NVIDIA RTX PRO 6000 Blackwell Workstation Edition": 503.8e12,
    r"NVIDIA L4": 121e12,
    r"NVIDIA L40": 181e12,
    r"NVIDIA L40S": 362e12,
    r"NVIDIA H100 PCIe": 756e12,
    r"NVIDIA H100 NVL": 835e12,
    r"NVIDIA H100 80GB HBM3": 989e12,
    r"NVIDIA H200": 989e12,
    r"NVIDIA H200 NVL": 835e12,
    r"NVIDIA GH200.*": 990e12,
    r"NVIDIA B200": 2250e12,
    r"NVIDIA GB200": 2500e12,
}
"""
Dense bf16 FLOP/s with float32 sums by the name that CUDA gives the device, after NVIDIA's data sheet of each (A10, A30,
A40, A100, RTX A6000, L4, L40, L40S, H100, H200, GH200; A10G: AWS' sheet of 2022; B200 and GB200: "GB200 NVL72 and HGX
B200", one GPU), of GeForce and RTX PRO after its architecture's white paper (GA102 2.0, appendix A; Ada 2.1, appendix
A; RTX Blackwell 1.1; RTX Blackwell PRO 1.0). Where a sheet prints only what sparsity doubles: half of it. Of others,
as of the RTX 6000 Ada, a sheet prints only FP8 or FP4.
"""


def find_peak(device: str) -> float | None:
    """FLOP/s; None for a device that is not in the table, and for a slice of one."""
    return next((peak for name, peak in PEAK_BF16.items() if re.fullmatch(name, device) and "MIG" not in device), None)


@dataclass(frozen=True)
class ModelFlops:
    """
    4 N + 2 N_trained + 12 L H Q T a token: forward 2 N, gradients of activations 2 N, gradients of weights 2 of each
    weight that is trained. So 6 N in full fine-tuning, where it is PaLM's formula, and little more than 4 N for an
    adapter on frozen weights.

    N leaves out an embedding that is only looked up. L layers, H heads of size Q, T tokens of a sequence.
    """

    weights: int
    trained: int
    attention: int
    """L H Q"""

    def per_token(self, sequence: float) -> float:
        return 4 * self.weights + 2 * self.trained + 12 * self.attention * sequence


def count_flops(model: Any) -> ModelFlops | None:
    """None for a model that does not tell its shape."""
    config = model.config.get_text_config()
    heads, layers = getattr(config, "num_attention_heads", None), getattr(config, "num_hidden_layers", None)
    if not heads or not layers:
        return None
    head = getattr(config, "head_dim", None) or config.hidden_size // heads
    looked_up = _find_looked_up(model)
    parameters = [one for one in model.parameters() if one is not looked_up]
    trained = sum(_size(one) for one in parameters if one.requires_grad)
    return ModelFlops(sum(map(_size, parameters)), trained, layers * heads * head)


def find_attended_length(lengths: Sequence[int]) -> float:
    """T of examples of several lengths: the mean over tokens of the length of their own example."""
    return sum(length * length for length in lengths) / max(1, sum(lengths))


def _size(parameter: torch.nn.Parameter) -> int:
    """Weights: bitsandbytes packs two of four bits into a byte."""
    packed = getattr(parameter, "quant_state", None)
    return packed.shape.numel() if packed is not None else parameter.numel()


def _find_looked_up(model: Any) -> torch.nn.Parameter | None:
    """The embedding, unless the head multiplies by it, too."""
    embedding, head = model.get_input_embeddings(), model.get_output_embeddings()
    is_tied = head is not None and head.weight is embedding.weight
    return None if is_tied else embedding.weight
