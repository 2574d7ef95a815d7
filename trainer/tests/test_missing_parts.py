"""What a machine or an image lacks is said before a base model is loaded: here no GPU, and none of the packages."""

import pytest
import torch

from ratchet_trainer.engines.open_engine import open_engine
from ratchet_trainer.gpus import choose_world_size
from ratchet_trainer.hyperparameters import read_hyperparameters
from ratchet_trainer.missing_parts import refuse_what_is_missing
from ratchet_trainer.protocol import Refusal, read_job

from .jobs import write_job, write_training


def test_flash_attention_needs_a_gpu_and_its_package(monkeypatch):
    settings = read_hyperparameters({"attention": "flash_attention_2"})
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(Refusal, match="attention flash_attention_2 needs a GPU, and none is here: take sdpa"):
        refuse_what_is_missing(settings)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr("ratchet_trainer.missing_parts.find_spec", lambda _: None)
    with pytest.raises(Refusal, match="attention flash_attention_2 needs flash-attn, which is not installed"):
        refuse_what_is_missing(settings)


def test_what_predicts_needs_it_too(tmp_path):
    settings = read_hyperparameters({"recipe": "tiny", "attention": "flash_attention_2", "precision": "bf16"})
    asked = read_job(write_job(tmp_path / "job", stage="generate", weights=None, prompts=[]))
    with pytest.raises(Refusal, match="attention flash_attention_2 needs a GPU, and none is here: take sdpa"):
        open_engine(asked, settings, None)


def test_liger_needs_its_package(monkeypatch):
    monkeypatch.setattr("ratchet_trainer.missing_parts.find_spec", lambda _: None)
    with pytest.raises(Refusal, match="liger needs liger-kernel, which is not installed"):
        refuse_what_is_missing(read_hyperparameters({"liger": True}))


def test_the_defaults_need_nothing_more():
    refuse_what_is_missing(read_hyperparameters({}))


@pytest.mark.parametrize(("wanted", "gpus", "world"), [(None, 0, 1), (None, 4, 4), (2, 0, 2), (2, 4, 2), (1, 4, 1)])
def test_as_many_processes_train_as_the_job_says_or_else_as_there_are_gpus(tmp_path, monkeypatch, wanted, gpus, world):
    on_gpus(monkeypatch, gpus)
    assert choose_world_size(read_job(write_training(tmp_path / "job", worldSize=wanted))) == world


def test_a_job_for_more_gpus_than_there_are_is_refused(tmp_path, monkeypatch):
    on_gpus(monkeypatch, 2)
    with pytest.raises(Refusal, match="the job is for 4 GPUs, and 2 are here"):
        choose_world_size(read_job(write_training(tmp_path / "job", worldSize=4)))


def on_gpus(monkeypatch, count):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: count > 0)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: count)
