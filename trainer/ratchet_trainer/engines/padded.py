"""transformers' `generate` on batches of prompts of about the same length: runs everywhere, and draws exactly."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import torch
from transformers import GenerationConfig, LogitsProcessorList

from ..base_model import load_base
from ..gpus import count_gpus
from ..methods.open_method import open_answering, turn_to
from ..missing_parts import refuse_missing_attention
from .engine import Answer, Engine, Pair, Request, end_at, order_by_length
from .sampling import SeededSampling

if TYPE_CHECKING:
    from ..hyperparameters import Hyperparameters
    from ..protocol import Job


class PaddedEngine(Engine):
    def __init__(self, job: Job, settings: Hyperparameters, tokenizer: Any) -> None:
        refuse_missing_attention(settings)
        self._temperature = job.temperature
        self._settings = settings
        self._weights = job.weights
        self._pad = tokenizer.pad_token_id
        # What is sharded to train is whole to answer, on all GPUs together.
        gpus = count_gpus(job) if settings.parallel == "fsdp" else 1
        base = load_base(job, replace(settings, parallel="ddp"), tokenizer, gpus)
        self._model: Any = open_answering(base, settings, job.weights)
        self._model.config.use_cache = True
        self._ends = _list_ends(self._model, tokenizer)
        # In place of the model's own, whose penalties and bans would make the answers of the engines differ.
        self._model.generation_config = GenerationConfig(
            max_new_tokens=settings.max_new_tokens,
            do_sample=False,
            eos_token_id=sorted(self._ends),
            pad_token_id=tokenizer.pad_token_id,
        )

    def turn_to(self, domain: str) -> None:
        turn_to(self._model, self._settings, self._weights, domain)

    def group_requests(self, lengths: Sequence[int]) -> list[list[int]]:
        """Of about the same length: little is padded."""
        order = order_by_length(lengths)
        size = self._settings.generation_batch
        return [order[start : start + size] for start in range(0, len(order), size)]

    def group_pairs(self, lengths: Sequence[int]) -> list[list[int]]:
        return PaddedEngine.group_requests(self, lengths)

    def answer(self, requests: Sequence[Request]) -> Iterator[tuple[int, Answer]]:
        return enumerate(self._generate(requests))

    def measure(self, pairs: Sequence[Pair]) -> Iterator[float]:
        return iter(self._weigh(pairs))

    def _generate(self, requests: Sequence[Request]) -> list[Answer]:
        ids, mask = self._pad_left([one.prompt for one in requests])
        sampling = {}
        if self._temperature > 0:
            draw = SeededSampling(self._temperature, [one.seed for one in requests])
            sampling = {"logits_processor": LogitsProcessorList([draw])}
        with torch.inference_mode():
            generated = self._model.generate(
                input_ids=ids, attention_mask=mask, generation_config=self._model.generation_config, **sampling
            )
        return [end_at(row, self._ends) for row in generated[:, ids.shape[1] :].tolist()]

    def _weigh(self, pairs: Sequence[Pair]) -> list[float]:
        ids, mask = self._pad_left([prompt + target for prompt, target in pairs])
        most = max(len(target) for _, target in pairs)
        with torch.inference_mode():
            # Targets stand at the right: logits of the prompts would take most of the memory, and are not needed.
            logits = self._model(
                input_ids=ids,
                attention_mask=mask,
                position_ids=(mask.cumsum(dim=-1) - 1).clamp(min=0),
                logits_to_keep=most + 1,
                use_cache=False,
            ).logits[:, :-1]
            surprise = torch.nn.functional.cross_entropy(
                logits.float().transpose(1, 2), ids[:, -most:], reduction="none"
            ).double()
        return [row[most - len(target) :].sum().item() for row, (_, target) in zip(surprise, pairs, strict=True)]

    def _pad_left(self, rows: list[list[int]]) -> tuple[torch.Tensor, torch.Tensor]:
        """Tokens and mask, each rows x width."""
        width = max(map(len, rows))
        ids = [[self._pad] * (width - len(row)) + row for row in rows]
        mask = [[0] * (width - len(row)) + [1] * len(row) for row in rows]
        return torch.tensor(ids, device=self._model.device), torch.tensor(mask, device=self._model.device)


def _list_ends(model: Any, tokenizer: Any) -> frozenset[int]:
    """Tokens that end a turn: the one that targets end with, and those that the model's makers name."""
    named = model.generation_config.eos_token_id
    return frozenset({tokenizer.eos_token_id, *(named if isinstance(named, list) else [named])} - {None})
