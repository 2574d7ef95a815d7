"""transformers' continuous batching: a prompt takes the place of an answer as soon as that has ended."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from transformers import ContinuousBatchingConfig, GenerationConfig

from ..protocol import Refusal
from .engine import Answer, Request, end_at
from .padded import PaddedEngine

if TYPE_CHECKING:
    from ..hyperparameters import Hyperparameters
    from ..protocol import Job


PAGE = 64
"""Tokens that the cache keeps together, on a processor."""


class ContinuousEngine(PaddedEngine):
    def __init__(self, job: Job, settings: Hyperparameters, tokenizer: Any) -> None:
        if job.temperature > 0:
            raise Refusal(
                "engine continuous draws all answers from one stream, so that each would depend on those beside it: "
                "sample with engine transformers or vllm"
            )
        super().__init__(job, settings, tokenizer)

    def answer(self, requests: Sequence[Request]) -> Iterator[tuple[int, Answer]]:
        config = GenerationConfig(
            max_new_tokens=self._settings.max_new_tokens,
            do_sample=False,
            eos_token_id=sorted(self._ends),
            pad_token_id=self._pad,
        )
        with self._model.continuous_batching_context_manager(
            generation_config=config, continuous_batching_config=self._bound()
        ) as manager:
            names = manager.add_requests(inputs=[one.prompt for one in requests])
            places = {name: place for place, name in enumerate(names)}
            while places:
                result = manager.get_result(timeout=1)
                if result is None:
                    if not manager.is_running():
                        raise RuntimeError(f"continuous batching ended with {len(places)} prompts unanswered")
                    continue
                if not result.is_finished():
                    continue
                if result.error is not None:
                    raise RuntimeError(f"continuous batching failed: {result.error}")
                yield places.pop(result.request_id), end_at(result.generated_tokens, self._ends)

    def _bound(self) -> ContinuousBatchingConfig:
        """Of a GPU it takes what is free; on a processor that would be most of the machine's memory."""
        # Attention kernels that training did not use would answer otherwise than the other engine.
        settings: dict[str, Any] = {"auto_switch_to_flash": False}
        if self._model.device.type == "cpu":
            longest = self._settings.max_prompt_tokens + self._settings.max_new_tokens
            settings["page_size"] = PAGE
            settings["num_blocks"] = self._settings.generation_batch * math.ceil(longest / PAGE)
            settings["max_batch_tokens"] = longest
        return ContinuousBatchingConfig(**settings)
