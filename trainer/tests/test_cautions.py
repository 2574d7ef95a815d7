import json
from types import SimpleNamespace

import pytest
import torch
from safetensors.torch import save_file

from ratchet_trainer.cautions import warn_before_training, warn_of_cuts
from ratchet_trainer.hyperparameters import read_hyperparameters
from ratchet_trainer.protocol import Events

FAST = SimpleNamespace(is_fast=True)
SMALL, LARGE = SimpleNamespace(num_parameters=lambda: 10**6), SimpleNamespace(num_parameters=lambda: 8 * 10**9)


class SlowTokenizer:
    is_fast = False


@pytest.fixture
def events(tmp_path):
    return Events(tmp_path)


def said(folder):
    return [json.loads(line)["message"] for line in (folder / "events.jsonl").read_text().splitlines()]


def counts(**given):
    return {"name": "train", "examples": 20, "droppedExamples": 0, "truncatedExamples": 0, **given}


def test_dropped_examples_are_told_and_cut_prompts_from_a_tenth_on(events, tmp_path):
    warn_of_cuts(events, counts(truncatedExamples=2), "maxTokens 64")
    assert said(tmp_path) == []
    warn_of_cuts(events, counts(truncatedExamples=3, droppedExamples=1), "maxTokens 64")
    assert said(tmp_path) == [
        "train: 1 of 20 examples are left out: they have no target, or their last turn and it do not fit in maxTokens "
        "64",
        "train: 3 of 20 prompts were cut to fit in maxTokens 64",
    ]


def test_a_slow_tokenizer_and_a_large_model_on_a_processor_are_told_once(events, tmp_path, capsys):
    for _ in range(2):
        settings = read_hyperparameters({"optimiser": "adamw_torch"})
        warn_before_training(events, settings, SlowTokenizer(), LARGE, None)
    assert said(tmp_path) == [
        "SlowTokenizer is a slow tokenizer, in Python: rendering takes long",
        "no GPU was found: a model of 8.0 billion weights computes on the processor",
    ]
    assert capsys.readouterr().err.count("warning: SlowTokenizer") == 1


def test_an_optimiser_that_pages_is_told_to_do_so_on_a_gpu_alone(events, tmp_path):
    warn_before_training(events, read_hyperparameters({"optimiser": "adamw_8bit"}), FAST, SMALL, None)
    assert said(tmp_path) == []
    warn_before_training(events, read_hyperparameters({}), FAST, SMALL, None)
    assert said(tmp_path) == ["optimiser paged_adamw_8bit: nothing is paged on a processor; the result stays the same"]


def test_a_gpu_without_bf16_is_told(events, tmp_path, monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda including_emulation: False)
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda: "Tesla T4")
    warn_before_training(events, read_hyperparameters({"precision": "fp32"}), FAST, LARGE, None)
    assert said(tmp_path) == []
    warn_before_training(events, read_hyperparameters({}), FAST, LARGE, None)
    assert said(tmp_path) == ["Tesla T4 has no bf16, which is emulated and slow: take a newer GPU"]


@pytest.mark.parametrize(("dtype", "warnings"), [(torch.float32, 0), (torch.bfloat16, 1)])
def test_an_adapter_that_was_stored_in_fewer_bits_is_told(events, tmp_path, dtype, warnings):
    save_file({"a": torch.zeros(2, dtype=dtype)}, tmp_path / "adapter_model.safetensors")
    warn_before_training(events, read_hyperparameters({"recipe": "tiny"}), FAST, SMALL, tmp_path)
    assert len(said(tmp_path)) == warnings
