"""transformers' continuous batching: a prompt takes the place of an answer as soon as that has ended."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from transformers import ContinuousBatchingConfig

from ..protocol import Refusal
from .engine import TOGETHER, Answer, Request, end_at, order_by_length
from .padded import PaddedEngine

if TYPE_CHECKING:
    from ..hyperparameters import Hyperparameters
    from ..protocol import Job


AT_ONCE = 4
"""Batches that the cache has room for at their longest: nothing is padded, so that more fits than padded batches."""
PAGE, PROCESSOR_PAGE = 256, 64
"""Tokens that the cache keeps together: FlashAttention takes multiples of 256."""


class ContinuousEngine(PaddedEngine):
    """
    What runs beside an answer decides its last bits. So a group begins when all of it is there, on a cache whose size
    follows from the settings: what is scheduled when depends on the group alone, not on threads, memory or other GPUs.
    """

    def __init__(self, job: Job, settings: Hyperparameters, tokenizer: Any) -> None:
        if job.temperature > 0:
            raise Refusal(
                "engine continuous draws all answers from one stream, so that each would depend on those beside it: "
                "sample with engine transformers or vllm"
            )
        super().__init__(job, settings, tokenizer)

    def group_requests(self, lengths: Sequence[int]) -> list[list[int]]:
        """Of all lengths alike: each takes about as long."""
        order = order_by_length(lengths)
        groups = math.ceil(len(order) / (TOGETHER * self._settings.generation_batch))
        return [order[first::groups] for first in range(groups)]

    def answer(self, requests: Sequence[Request]) -> Iterator[tuple[int, Answer]]:
        manager = self._model.init_continuous_batching(
            generation_config=self._model.generation_config, continuous_batching_config=self._bound()
        )
        manager.warmup()
        names = manager.add_requests(inputs=[one.prompt for one in requests])
        places = {name: place for place, name in enumerate(names)}
        manager.start()
        try:
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
        finally:
            manager.stop(hard_stop=True)  # Otherwise it would first answer whatever is left.
            manager.destroy()

    def _bound(self) -> ContinuousBatchingConfig:
        # Attention kernels that training did not use would answer otherwise than the other engine.
        settings: dict[str, Any] = {"auto_switch_to_flash": False, "page_size": PAGE}
        longest = self._settings.max_prompt_tokens + self._settings.max_new_tokens
        if self._model.device.type == "cpu":
            settings |= {"page_size": PROCESSOR_PAGE, "max_batch_tokens": longest}
        pages = math.ceil(longest / settings["page_size"])
        return ContinuousBatchingConfig(num_blocks=AT_ONCE * self._settings.generation_batch * pages, **settings)
