"""Sampling in which no answer depends on those beside it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from random import Random

import torch
from transformers import LogitsProcessor


def seed_of(decoding_seed: int, draw: int, example: str) -> int:
    """Of one answer: 63 bits that follow from what is asked, not from when or with what."""
    digest = hashlib.sha256(f"{decoding_seed}\0{draw}\0{example}".encode()).digest()
    return int.from_bytes(digest[:8], "big") >> 1


class SeededSampling(LogitsProcessor):
    """
    Leaves one token of each row: where the row's own next random number falls in the cumulative distribution.
    With greedy search this samples. A number a token is drawn on the processor, so that it is the same on every device.
    """

    def __init__(self, temperature: float, seeds: Sequence[int]) -> None:
        self._temperature = temperature
        self._streams = [Random(seed) for seed in seeds]

    def __call__(self, input_ids: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
        """@param scores logits, rows x vocabulary"""
        cumulative = torch.softmax(scores.double() / self._temperature, dim=-1).cumsum(dim=-1)
        drawn = [[stream.random()] for stream in self._streams]
        points = torch.tensor(drawn, dtype=cumulative.dtype, device=cumulative.device) * cumulative[:, -1:]
        chosen = torch.searchsorted(cumulative, points, right=True).clamp(max=scores.shape[-1] - 1)
        return torch.full_like(scores, float("-inf")).scatter(1, chosen, 0.0)
