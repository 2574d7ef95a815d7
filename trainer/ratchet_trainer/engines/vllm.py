"""vLLM, in a Python that has it (`vllm_python.py`): it fills places as they become free by what is left of a group."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Iterator, Sequence
from dataclasses import fields
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from transformers import AutoConfig

from ..base_model import locate_base
from ..folders import verify
from ..gpus import count_gpus
from ..protocol import Refusal, own_rank
from .engine import TOGETHER, Answer, Engine, Pair, Request
from .vllm_python import ARGUMENTS

if TYPE_CHECKING:
    from ..hyperparameters import Hyperparameters
    from ..protocol import Job

RANKS = (1, 8, 16, 32, 64, 128, 256, 320, 512)
"""That vLLM knows of."""
ENVIRONMENT = {
    # In this process: what is scheduled when follows from the requests alone, and its memory and errors are seen.
    "VLLM_ENABLE_V1_MULTIPROCESSING": "0",
    # For several GPUs it starts processes; threads run already, and a fork might hang.
    "VLLM_WORKER_MULTIPROC_METHOD": "spawn",
    "VLLM_NO_USAGE_STATS": "1",
}


class VllmEngine(Engine):
    """Each group begins with an empty cache, so that what is scheduled when depends on the group alone."""

    def __init__(self, job: Job, settings: Hyperparameters, tokenizer: Any) -> None:
        for name, value in ENVIRONMENT.items():
            os.environ.setdefault(name, value)
        self._vllm: Any = import_module("vllm")
        self._final: Any = import_module("vllm.sampling_params").RequestOutputKind.FINAL_ONLY
        self._settings = settings
        self._together = TOGETHER * settings.generation_batch
        self._temperature = job.temperature
        self._end = tokenizer.eos_token_id
        # Prompts are measured with their targets, and one token is generated after them.
        self._longest = settings.max_prompt_tokens + max(settings.max_new_tokens, settings.max_tokens + 1)
        adapter = None if settings.tuning == "full" else job.weights
        self._lora = _name_adapter(verify(adapter)) if adapter else None
        whole = verify(job.weights) if settings.tuning == "full" and job.weights else None
        arguments = {
            **locate_model(job, settings, whole),
            **_adapt(settings, adapter),
            "dtype": {"bf16": "bfloat16", "fp32": "float32"}[settings.precision],
            "max_model_len": self._longest,
            "max_num_seqs": self._together,
            "skip_tokenizer_init": True,
            "seed": 0,
            "disable_log_stats": True,
        }
        self._engine = self._vllm.LLMEngine.from_engine_args(
            self._vllm.EngineArgs(**arguments | read_arguments(self._vllm.EngineArgs)),
            import_module("vllm.usage.usage_lib").UsageContext.LLM_CLASS,  # As large batches as offline use allows.
        )

    def turn_to(self, domain: str) -> None:
        """Its one adapter answers for all."""

    def group_requests(self, lengths: Sequence[int]) -> list[list[int]]:
        """As they come: several draws of a prompt share its cache."""
        places = range(len(lengths))
        return [list(places[start : start + self._together]) for start in places[:: self._together]]

    def group_pairs(self, lengths: Sequence[int]) -> list[list[int]]:
        return self.group_requests(lengths)

    def answer(self, requests: Sequence[Request]) -> Iterator[tuple[int, Answer]]:
        sampling = [
            self._sample(
                temperature=self._temperature,
                seed=one.seed if self._temperature > 0 else None,
                max_tokens=self._settings.max_new_tokens,
                # Beside those that the model's generation config names.
                stop_token_ids=[self._end],
            )
            for one in requests
        ]
        for place, output in self._ask([one.prompt for one in requests], sampling):
            [said] = output.outputs
            ended = said.finish_reason == "stop"
            tokens = list(said.token_ids)
            yield place, Answer(tokens[:-1] if ended else tokens, ended)

    def measure(self, pairs: Sequence[Pair]) -> Iterator[float]:
        wholes = [prompt + target for prompt, target in pairs]
        if (longest := max(map(len, wholes), default=0)) >= self._longest:
            raise Refusal(
                f"engine vllm: a prompt and its target have {longest} tokens, and maxPromptTokens and maxTokens allow "
                f"{self._longest - 1} together: raise maxTokens"
            )
        sampling = self._sample(temperature=0, max_tokens=1, prompt_logprobs=0)
        for place, output in self._ask(wholes, [sampling] * len(wholes)):
            _, target = pairs[place]
            told = output.prompt_logprobs[-len(target) :]
            yield -sum(one[token].logprob for one, token in zip(told, target, strict=True))

    def _sample(self, **options: Any) -> Any:
        return self._vllm.SamplingParams(detokenize=False, output_kind=self._final, **options)

    def _ask(self, prompts: list[list[int]], sampling: list[Any]) -> Iterator[tuple[int, Any]]:
        """Each prompt's place with what came of it, as it is finished."""
        self._engine.reset_prefix_cache()
        for place, (prompt, how) in enumerate(zip(prompts, sampling, strict=True)):
            given = {"type": "token", "prompt_token_ids": prompt}
            self._engine.add_request(str(place), given, how, lora_request=self._lora)
        while self._engine.has_unfinished_requests():
            for output in self._engine.step():
                yield int(output.request_id), output


def read_arguments(known: Any) -> dict[str, Any]:
    """What `ARGUMENTS` says. `known`: a dataclass of all that may be said."""
    try:
        given = json.loads(os.environ.get(ARGUMENTS, "{}"))
    except ValueError as error:
        raise Refusal(f"{ARGUMENTS} is not JSON: {error}") from error
    if not isinstance(given, dict):
        raise Refusal(f"{ARGUMENTS}: expected a JSON object, found {given}")
    names = {one.name for one in fields(known)}
    if unknown := sorted(set(given) - names):
        raise Refusal(f"{ARGUMENTS}: vLLM has no engine argument {', '.join(unknown)}")
    return given


def locate_model(job: Job, settings: Hyperparameters, whole: Path | None) -> dict[str, Any]:
    """What is loaded, and on which GPUs: where it is sharded, as many as its attention heads can be shared among."""
    base = locate_base(job, settings)
    located = {
        "model": str(whole) if whole else base["pretrained_model_name_or_path"],
        "revision": None if whole else base.get("revision"),
    }
    gpus = count_gpus(job)
    if gpus > 0 and settings.parallel == "fsdp":
        heads = AutoConfig.from_pretrained(**base).get_text_config().num_attention_heads
        return {**located, "tensor_parallel_size": math.gcd(gpus, heads)}
    return {**located, "device_ids": [own_rank()]} if gpus > 0 else located


def _adapt(settings: Hyperparameters, adapter: Path | None) -> dict[str, Any]:
    arguments: dict[str, Any] = {}
    if settings.tuning == "qlora":
        from . import vllm_nf4

        extension = f"{vllm_nf4.__name__}.{vllm_nf4.RegisterInWorker.__name__}"
        arguments |= {"load_format": vllm_nf4.LOAD_FORMAT, "worker_extension_cls": extension}
    if adapter:
        arguments |= {"enable_lora": True, **describe_adapter(adapter)}
    return arguments


def _name_adapter(folder: Path) -> Any:
    return import_module("vllm.lora.request").LoRARequest("block", 1, str(folder))


def describe_adapter(folder: Path) -> dict[str, Any]:
    """Its modules too: vLLM else adapts the head, and then cannot tell likelihoods of prompts."""
    config = json.loads((folder / "adapter_config.json").read_text())
    rank, modules = config["r"], config["target_modules"]
    fitting = [known for known in RANKS if known >= rank]
    if not fitting:
        raise Refusal(f"engine vllm takes adapters of rank {RANKS[-1]} at most: this one has {rank}")
    return {"max_lora_rank": fitting[0], "lora_target_modules": modules}
