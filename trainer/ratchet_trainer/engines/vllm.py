"""vLLM, where it is installed: in an environment of its own, for its PyTorch is another than the trainer's."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..base_model import locate_base
from ..folders import verify
from ..protocol import Refusal
from .engine import Answer, Engine, Pair, Request, end_at

if TYPE_CHECKING:
    from ..hyperparameters import Hyperparameters
    from ..protocol import Job

PYTHON = "RATCHET_VLLM_PYTHON"
"""Names the Python that has vLLM, where the trainer's own has not; trainer/vllm.Containerfile sets it."""
RANKS = (8, 16, 32, 64, 128, 256, 320, 512)
"""That vLLM knows of."""
AT_ONCE = 256
"""Requests handed over together: the trainer looks between them whether it is told to stop."""


class VllmEngine(Engine):
    def __init__(self, job: Job, settings: Hyperparameters, tokenizer: Any) -> None:
        self._vllm: Any = import_module("vllm")
        lora: Any = import_module("vllm.lora.request")
        adapter = None if settings.tuning == "full" else job.weights
        whole = job.weights if settings.tuning == "full" else None
        base = locate_base(job, settings)
        self._temperature = job.temperature
        self._most = settings.max_new_tokens
        self._ends = frozenset({tokenizer.eos_token_id})
        self._lora = lora.LoRARequest("block", 1, str(verify(adapter))) if adapter else None
        self._llm = self._vllm.LLM(
            model=str(verify(whole)) if whole else base["pretrained_model_name_or_path"],
            revision=None if whole else base.get("revision"),
            tokenizer=base["pretrained_model_name_or_path"],
            tokenizer_revision=base.get("revision"),
            dtype={"bf16": "bfloat16", "fp32": "float32"}[settings.precision],
            quantization="bitsandbytes" if settings.tuning == "qlora" else None,
            max_model_len=settings.max_prompt_tokens + max(settings.max_new_tokens, settings.max_tokens),
            enable_lora=adapter is not None,
            max_lora_rank=_fit_rank(adapter) if adapter else RANKS[0],
            seed=0,
        )

    def turn_to(self, domain: str) -> None:
        """Its one adapter answers for all."""

    def answer(self, requests: Sequence[Request]) -> Iterator[tuple[int, Answer]]:
        for start in range(0, len(requests), AT_ONCE):
            chunk = requests[start : start + AT_ONCE]
            sampling = [
                self._vllm.SamplingParams(
                    temperature=self._temperature,
                    seed=one.seed if self._temperature > 0 else None,
                    max_tokens=self._most,
                    stop_token_ids=sorted(self._ends),
                    detokenize=False,
                )
                for one in chunk
            ]
            outputs = self._ask([one.prompt for one in chunk], sampling)
            for place, output in enumerate(outputs, start):
                [said] = output.outputs
                answer = end_at(list(said.token_ids), self._ends)
                yield place, Answer(answer.tokens, ended=answer.ended or said.finish_reason == "stop")

    def measure(self, pairs: Sequence[Pair]) -> Iterator[float]:
        for start in range(0, len(pairs), AT_ONCE):
            chunk = pairs[start : start + AT_ONCE]
            asked = self._vllm.SamplingParams(temperature=0, max_tokens=1, prompt_logprobs=0, detokenize=False)
            outputs = self._ask([prompt + target for prompt, target in chunk], [asked] * len(chunk))
            for (_, target), output in zip(chunk, outputs, strict=True):
                told = output.prompt_logprobs[-len(target) :]
                yield -sum(place[token].logprob for place, token in zip(told, target, strict=True))

    def _ask(self, prompts: list[list[int]], sampling: list[Any]) -> list[Any]:
        """In the order of the prompts."""
        given = [{"prompt_token_ids": prompt} for prompt in prompts]
        return self._llm.generate(given, sampling, lora_request=self._lora, use_tqdm=False)


def open_vllm(job: Job, settings: Hyperparameters, tokenizer: Any) -> Engine:
    """In this process, or in the Python that has vLLM, which then does the whole job in the place of this one."""
    if settings.model == "tiny" and job.base is None:
        raise Refusal("engine vllm needs a model in a folder or on the hub: the tiny one is neither")
    if find_spec("vllm"):
        return VllmEngine(job, settings, tokenizer)
    other = os.environ.pop(PYTHON, None)
    if other is None:
        raise Refusal(f"engine vllm: vLLM is not installed here and {PYTHON} names no Python that has it")
    os.execv(other, [other, "-m", "ratchet_trainer", str(job.folder)])


def _fit_rank(adapter: Path) -> int:
    rank = json.loads((adapter / "adapter_config.json").read_text())["r"]
    fitting = [known for known in RANKS if known >= rank]
    if not fitting:
        raise Refusal(f"engine vllm takes adapters of rank {RANKS[-1]} at most: this one has {rank}")
    return fitting[0]
