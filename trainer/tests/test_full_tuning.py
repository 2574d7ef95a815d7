"""After full fine-tuning, what is exported is what the next block starts from and what predicts, to the bit."""

import json
from dataclasses import replace

import pytest
import torch
from safetensors.torch import load_file

from ratchet_trainer.adapters import keep_exact, open_for_generation
from ratchet_trainer.base_model import load_base, load_tokenizer
from ratchet_trainer.hyperparameters import read_hyperparameters
from ratchet_trainer.methods.open_method import open_method
from ratchet_trainer.protocol import read_job
from ratchet_trainer.tiny_model import make_tiny_model, make_tiny_tokenizer

from .jobs import TINY, run_here, write_training
from .samples import TOOLS


@pytest.fixture(scope="module")
def block(tmp_path_factory):
    """Of a model in a folder, which is loaded and computes in bf16."""
    folder = tmp_path_factory.mktemp("full")
    tokenizer = make_tiny_tokenizer(TOOLS)
    tokenizer.save_pretrained(folder / "base")
    make_tiny_model(len(tokenizer), {}).to(torch.bfloat16).save_pretrained(folder / "base")
    settings = {**TINY, "epochs": 1, "tuning": "full", "precision": "bf16"}
    job = write_training(folder / "job", hyperparameters=settings, base=str(folder / "base"))
    assert run_here(job) == 0
    return job


def open_base(block):
    """As the next block and a prediction load it."""
    job = replace(read_job(block), weights=block / "weights")
    settings = read_hyperparameters(job.hyperparameters)
    return load_base(job, settings, load_tokenizer(job, settings)), settings


def left_by(block):
    return load_file(block / "weights" / "model.safetensors")


def test_it_is_left_in_the_precision_that_was_asked_for(block):
    assert {tensor.dtype for tensor in left_by(block).values()} == {torch.bfloat16}
    assert json.loads((block / "weights" / "config.json").read_text())["dtype"] == "bfloat16"
    trained = load_file(block.parent / "base" / "model.safetensors")
    assert not all(torch.equal(tensor, trained[name]) for name, tensor in left_by(block).items())


def test_the_next_block_starts_from_what_was_left(block):
    base, settings = open_base(block)
    model = open_method(settings, block / "weights").open(base, 0)
    keep_exact(model)
    started = model.state_dict()
    assert all(torch.equal(tensor.float(), started[name]) for name, tensor in left_by(block).items())


def test_predictions_are_of_what_was_left(block):
    base, settings = open_base(block)
    model = open_for_generation(base, settings, block / "weights").state_dict()
    assert all(torch.equal(tensor, model[name]) for name, tensor in left_by(block).items())
