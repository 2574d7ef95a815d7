"""What is decided of GPUs, asked where there is none: CUDA's answers are given here."""

from typing import Any

import pytest
import torch
from peft import LoraConfig, get_peft_model

from ratchet_trainer import base_model
from ratchet_trainer.adapters import compute_as_trained
from ratchet_trainer.base_model import load_base
from ratchet_trainer.engines.open_engine import choose_processes
from ratchet_trainer.gpu_watch import list_own_gpus
from ratchet_trainer.gpus import count_gpus
from ratchet_trainer.hyperparameters import read_hyperparameters
from ratchet_trainer.protocol import read_job
from ratchet_trainer.tiny_model import make_tiny_model

from .jobs import write_job


class Properties:
    def __init__(self, device: int) -> None:
        self.uuid = f"uuid-{device}"


@pytest.fixture
def four_gpus(monkeypatch):
    for name, answer in {
        "is_available": lambda: True,
        "is_initialized": lambda: True,
        "device_count": lambda: 4,
        "get_device_properties": Properties,
        "mem_get_info": lambda device: (100 + device, 200),
    }.items():
        monkeypatch.setattr(torch.cuda, name, answer)


def job(folder, **fields):
    return read_job(write_job(folder / "job", stage="generate", weights=None, prompts=[], **fields))


@pytest.mark.parametrize(
    ("world", "settings", "processes"),
    [
        (None, {}, 4),
        (2, {}, 2),
        (8, {}, 4),
        (4, {"engine": "continuous"}, 4),
        (4, {"engine": "vllm"}, 4),
        (4, {"parallel": "fsdp", "optimiser": "adamw_torch_fused"}, 1),
    ],
)
def test_a_process_a_gpu_predicts_unless_one_takes_them_all(four_gpus, tmp_path, world, settings, processes):
    asked = job(tmp_path, **({"worldSize": world} if world else {}))
    assert choose_processes(asked, read_hyperparameters(settings)) == processes


@pytest.mark.parametrize(("world", "processes"), [(None, 1), (2, 2)])
def test_on_a_processor_as_many_predict_as_the_job_says(tmp_path, world, processes):
    asked = job(tmp_path, **({"worldSize": world} if world else {}))
    assert choose_processes(asked, read_hyperparameters({})) == processes
    assert count_gpus(asked) == 0


def test_gpus_that_the_job_leaves_to_others_are_not_watched(four_gpus, tmp_path):
    assert list_own_gpus(job(tmp_path, worldSize=2)) == ["GPU-uuid-0", "GPU-uuid-1"]


class Loader:
    """Stands for transformers, which puts on the disk what does not fit."""

    def __init__(self, devices):
        self.config = torch.nn.Module()
        self.hf_device_map = dict(enumerate(devices))
        self.asked = {}

    def from_pretrained(self, **options):
        self.asked = options
        return self


def spread(monkeypatch, folder, devices):
    loader = Loader(devices)
    monkeypatch.setattr(base_model, "AutoModelForCausalLM", loader)
    load_base(job(folder), read_hyperparameters({"model": str(folder), "tuning": "lora"}), None, gpus=2)
    return loader.asked


def test_what_is_sharded_to_train_is_spread_over_the_gpus_of_the_job_to_predict(four_gpus, monkeypatch, tmp_path):
    asked = spread(monkeypatch, tmp_path, [0, 1])
    assert (asked["device_map"], asked["max_memory"]) == ("auto", {0: 100, 1: 101})


def test_what_would_lie_on_the_disk_is_too_large(four_gpus, monkeypatch, tmp_path):
    with pytest.raises(torch.cuda.OutOfMemoryError, match="the base does not fit the 2 GPUs of this pod together"):
        spread(monkeypatch, tmp_path, [0, 1, "disk"])


def test_adapters_predict_with_the_products_that_autocast_makes_in_training(monkeypatch):
    base = make_tiny_model(512, {}).to(torch.bfloat16)
    torch.manual_seed(1)
    model: Any = get_peft_model(base, LoraConfig(target_modules=["q_proj"], init_lora_weights=False))
    layer = model.base_model.model.model.layers[0].self_attn.q_proj
    assert layer.lora_A["default"].weight.dtype == torch.float32
    asked = torch.randn(3, 128).bfloat16()
    with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16):
        trained = layer(asked)
    with torch.inference_mode():
        exact = layer(asked)
        monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
        compute_as_trained(model, read_hyperparameters({}))
        predicted = layer(asked)
    assert torch.equal(predicted, trained)
    assert not torch.equal(predicted, exact)
