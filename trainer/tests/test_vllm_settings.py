"""What vLLM is asked for, where a processor cannot show it or need not be asked."""

import json
import os
from dataclasses import make_dataclass, replace

import pytest
import torch

from ratchet_trainer.engines.vllm import describe_adapter, locate_model, read_arguments
from ratchet_trainer.engines.vllm_python import ARGUMENTS, hand_over_to_vllm
from ratchet_trainer.hyperparameters import read_hyperparameters
from ratchet_trainer.protocol import Refusal, read_job
from ratchet_trainer.tiny_model import make_tiny_model

from .jobs import write_job

SETTINGS = read_hyperparameters({"recipe": "tiny", "engine": "vllm"})


@pytest.fixture
def job(tmp_path):
    make_tiny_model(64, {}).config.save_pretrained(tmp_path / "base")
    return read_job(write_job(tmp_path / "job", stage="generate", base="../base", weights=None, prompts=[]))


def with_gpus(monkeypatch, gpus):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: gpus > 0)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: gpus)


@pytest.mark.parametrize(("gpus", "used"), [(1, 1), (2, 2), (3, 1), (4, 4), (6, 2), (8, 4)])
def test_what_is_sharded_is_shared_among_as_many_gpus_as_its_four_heads_can_be(job, monkeypatch, gpus, used):
    with_gpus(monkeypatch, gpus)
    located = locate_model(job, replace(SETTINGS, parallel="fsdp"), None)
    assert located == {"model": str(job.base), "revision": None, "tensor_parallel_size": used}


@pytest.mark.parametrize(("gpus", "devices"), [(0, {}), (1, {"device_ids": [0]}), (4, {"device_ids": [2]})])
def test_each_rank_has_its_own_gpu(job, monkeypatch, gpus, devices):
    with_gpus(monkeypatch, gpus)
    monkeypatch.setenv("RATCHET_RANK", "2" if gpus > 2 else "0")
    assert locate_model(job, SETTINGS, job.folder) == {"model": str(job.folder), "revision": None, **devices}


@pytest.mark.parametrize(("rank", "asked"), [(1, 1), (12, 16), (32, 32), (300, 320)])
def test_an_adapters_rank_is_rounded_up_to_one_that_vllm_knows(tmp_path, rank, asked):
    (tmp_path / "adapter_config.json").write_text(json.dumps({"r": rank, "target_modules": ["q_proj"]}))
    assert describe_adapter(tmp_path) == {"max_lora_rank": asked, "lora_target_modules": ["q_proj"]}


def test_an_adapter_of_a_rank_that_it_cannot_serve_is_refused(tmp_path):
    (tmp_path / "adapter_config.json").write_text(json.dumps({"r": 513, "target_modules": ["q_proj"]}))
    with pytest.raises(Refusal, match="adapters of rank 512 at most: this one has 513"):
        describe_adapter(tmp_path)


def test_a_machine_may_set_engine_arguments_that_vllm_has(monkeypatch):
    known = make_dataclass("EngineArgs", ["enforce_eager", "gpu_memory_utilization"])
    monkeypatch.delenv(ARGUMENTS, raising=False)
    assert read_arguments(known) == {}
    monkeypatch.setenv(ARGUMENTS, '{"gpu_memory_utilization": 0.8}')
    assert read_arguments(known) == {"gpu_memory_utilization": 0.8}
    monkeypatch.setenv(ARGUMENTS, '{"gpu_memory": 0.8}')
    with pytest.raises(Refusal, match=f"{ARGUMENTS}: vLLM has no engine argument gpu_memory"):
        read_arguments(known)
    monkeypatch.setenv(ARGUMENTS, "0.8")
    with pytest.raises(Refusal, match=f"{ARGUMENTS}: expected a JSON object, found 0.8"):
        read_arguments(known)
    monkeypatch.setenv(ARGUMENTS, "{")
    with pytest.raises(Refusal, match=f"{ARGUMENTS} is not JSON"):
        read_arguments(known)


def test_where_it_is_not_installed_another_python_has_to_be_named(job, tmp_path, monkeypatch):
    (tmp_path / "path" / "vllm").mkdir(parents=True)
    monkeypatch.syspath_prepend(tmp_path / "path")
    monkeypatch.delenv("RATCHET_VLLM_PYTHON", raising=False)
    with pytest.raises(Refusal, match="vLLM is not installed here and RATCHET_VLLM_PYTHON names no Python"):
        hand_over_to_vllm(job, SETTINGS)
    monkeypatch.setenv("RATCHET_VLLM_PYTHON", str(job.folder / "python"))
    with pytest.raises(Refusal, match=r"RATCHET_VLLM_PYTHON names .*python, which cannot be run: .*No such file"):
        hand_over_to_vllm(job, SETTINGS)
    assert "RATCHET_VLLM_PYTHON" not in os.environ, "it must not be handed on without end"


def test_the_tiny_model_is_not_for_it(job):
    with pytest.raises(Refusal, match="needs a model in a folder or on the hub"):
        hand_over_to_vllm(replace(job, base=None), SETTINGS)
