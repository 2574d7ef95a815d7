"""What is asked of vLLM and what is made of its answers, against a module that only looks like it."""

import json
import os
import sys
from dataclasses import replace
from types import ModuleType, SimpleNamespace

import pytest

from ratchet_trainer.engines import vllm as engine
from ratchet_trainer.engines.engine import Answer, Request
from ratchet_trainer.folders import publish
from ratchet_trainer.generation import generate
from ratchet_trainer.hyperparameters import read_hyperparameters
from ratchet_trainer.protocol import Events, Refusal, read_job
from ratchet_trainer.tiny_model import make_tiny_tokenizer

from .jobs import events, examples, write_job, write_lines
from .samples import TOOLS

TOKENIZER = make_tiny_tokenizer(TOOLS)
END = TOKENIZER.eos_token_id
GIVEN = {"recipe": "tiny", "engine": "vllm", "tuning": "qlora", "rank": 12, "precision": "bf16", "maxNewTokens": 6}


class FakeLLM:
    """Answers a prompt with its last token, as often as its seed or its length says, and an end if there is room."""

    made: list["FakeLLM"]

    def __init__(self, **settings):
        self.settings = settings
        self.asked = []
        self.made.append(self)

    def generate(self, prompts, sampling, *, lora_request, use_tqdm):
        self.asked.append((prompts, sampling, lora_request))
        assert not use_tqdm
        return [self._answer(one["prompt_token_ids"], how) for one, how in zip(prompts, sampling, strict=True)]

    def _answer(self, tokens, how):
        wanted = (how.seed if how.seed is not None else len(tokens)) % 10
        said = [tokens[-1]] * wanted + [END]
        reason = "stop" if len(said) <= how.max_tokens else "length"
        logprobs = [None, *({token: SimpleNamespace(logprob=-0.01 * token)} for token in tokens[1:])]
        told = logprobs if how.prompt_logprobs is not None else None
        output = SimpleNamespace(token_ids=tuple(said[: how.max_tokens]), finish_reason=reason)
        return SimpleNamespace(outputs=[output], prompt_logprobs=told)


class SamplingParams(SimpleNamespace):
    def __init__(self, **given):
        super().__init__(**{"seed": None, "prompt_logprobs": None, **given})


@pytest.fixture
def vllm(monkeypatch):
    FakeLLM.made = []
    module, lora, request = ModuleType("vllm"), ModuleType("vllm.lora"), ModuleType("vllm.lora.request")
    module.__dict__.update(LLM=FakeLLM, SamplingParams=SamplingParams)
    request.__dict__.update(LoRARequest=lambda *given: given)
    for name, one in (("vllm", module), ("vllm.lora", lora), ("vllm.lora.request", request)):
        monkeypatch.setitem(sys.modules, name, one)
    monkeypatch.setattr(engine, "find_spec", lambda name: module)
    return FakeLLM.made


def job(folder, monkeypatch, **fields):
    """With base weights in a folder, and an adapter of rank 12."""
    (folder / "adapter").mkdir(parents=True)
    (folder / "adapter/adapter_config.json").write_text(json.dumps({"r": 12}))
    publish(folder / "adapter", folder / "block")
    (folder / "base").mkdir()
    TOKENIZER.save_pretrained(folder / "base")
    monkeypatch.setattr("ratchet_trainer.generation.load_tokenizer", lambda job, settings: TOKENIZER)
    made = write_job(
        folder / "job",
        stage="generate",
        hyperparameters=GIVEN,
        weights="../block",
        base="../base",
        prompts=[{"name": "all", "file": "all.jsonl", "targets": "gold.jsonl"}],
        **fields,
    )
    write_lines(made / "all.jsonl", [{k: v for k, v in one.items() if k != "target"} for one in examples(3)])
    write_lines(made / "gold.jsonl", [{k: one[k] for k in ("id", "target")} for one in examples(3)])
    return read_job(made)


def test_a_whole_job_is_done_through_it(tmp_path, monkeypatch, vllm):
    asked = job(tmp_path, monkeypatch, decoding={"temperature": 0.7, "seed": 3, "draws": 2})
    assert generate(asked, read_hyperparameters(GIVEN), Events(asked.folder)) == 0
    [llm] = vllm
    assert llm.settings == {
        "model": str(tmp_path / "job/../base"),
        "revision": None,
        "tokenizer": str(tmp_path / "job/../base"),
        "tokenizer_revision": None,
        "dtype": "bfloat16",
        "quantization": "bitsandbytes",
        "max_model_len": 448 + 512,
        "enable_lora": True,
        "max_lora_rank": 16,
        "seed": 0,
    }
    (prompts, sampling, lora), (whole, measured, _) = llm.asked
    assert lora == ("block", 1, str(tmp_path / "job/../block"))
    assert len({one.seed for one in sampling}) == len(prompts) == 6
    assert {(one.temperature, one.max_tokens, tuple(one.stop_token_ids)) for one in sampling} == {(0.7, 6, (END,))}
    [told] = events(asked.folder, "predictions")
    assert told["truncated"] == sum(one.seed % 10 + 1 > 6 for one in sampling)
    targets = [
        token
        for prompt, both in zip(prompts[::2], whole, strict=True)
        for token in both["prompt_token_ids"][len(prompt["prompt_token_ids"]) :]
    ]
    assert told["loss"] == {"nats": pytest.approx(0.01 * sum(targets)), "tokens": len(targets)}
    assert {one.prompt_logprobs for one in measured} == {0}


def test_greedy_search_has_no_seed_and_chunks_come_back_in_their_places(tmp_path, monkeypatch, vllm):
    monkeypatch.setattr(engine, "AT_ONCE", 2)
    asked = job(tmp_path, monkeypatch)
    opened = engine.open_vllm(asked, read_hyperparameters(GIVEN), TOKENIZER)
    requests = [Request([20 + place] * length, seed=99) for place, length in enumerate((3, 2, 4, 1, 8))]
    answers = dict(opened.answer(requests))
    assert answers == {
        0: Answer([20] * 3, ended=True),
        1: Answer([21] * 2, ended=True),
        2: Answer([22] * 4, ended=True),
        3: Answer([23], ended=True),
        4: Answer([24] * 6, ended=False),
    }
    [llm] = vllm
    assert [len(prompts) for prompts, _, _ in llm.asked] == [2, 2, 1]
    assert {one.seed for _, sampling, _ in llm.asked for one in sampling} == {None}


def test_whole_models_and_the_base_need_no_adapter(tmp_path, monkeypatch, vllm):
    asked = job(tmp_path, monkeypatch)
    engine.open_vllm(asked, replace(read_hyperparameters(GIVEN), tuning="full"), TOKENIZER)
    engine.open_vllm(replace(asked, weights=None), read_hyperparameters(GIVEN), TOKENIZER)
    whole, base = (llm.settings for llm in vllm)
    assert (whole["model"], whole["enable_lora"], whole["quantization"]) == (str(asked.weights), False, None)
    assert whole["tokenizer"] == str(asked.base)
    assert (base["model"], base["enable_lora"]) == (str(asked.base), False)


def test_where_it_is_not_installed_another_python_does_the_job(tmp_path, monkeypatch):
    asked = job(tmp_path, monkeypatch)
    monkeypatch.setattr(engine, "find_spec", lambda name: None)
    with pytest.raises(Refusal, match="vLLM is not installed here and RATCHET_VLLM_PYTHON names no Python"):
        engine.open_vllm(asked, read_hyperparameters(GIVEN), TOKENIZER)

    def execute(program, arguments):
        raise SystemExit(f"{program}: {arguments}")

    monkeypatch.setattr(os, "execv", execute)
    monkeypatch.setenv("RATCHET_VLLM_PYTHON", "/opt/vllm/bin/python")
    with pytest.raises(SystemExit) as ended:
        engine.open_vllm(asked, read_hyperparameters(GIVEN), TOKENIZER)
    assert (
        str(ended.value)
        == f"/opt/vllm/bin/python: {['/opt/vllm/bin/python', '-m', 'ratchet_trainer', str(asked.folder)]}"
    )
    assert "RATCHET_VLLM_PYTHON" not in os.environ, "it must not be handed on without end"


def test_the_tiny_model_is_not_for_it(tmp_path, monkeypatch):
    asked = replace(job(tmp_path, monkeypatch), base=None)
    with pytest.raises(Refusal, match="needs a model in a folder or on the hub"):
        engine.open_vllm(asked, read_hyperparameters(GIVEN), TOKENIZER)
