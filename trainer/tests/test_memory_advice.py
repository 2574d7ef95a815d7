from types import SimpleNamespace
from typing import Any

import pytest
import torch

from ratchet_trainer import __main__ as program
from ratchet_trainer import stages
from ratchet_trainer.hyperparameters import read_hyperparameters
from ratchet_trainer.memory_advice import explain_memory, is_out_of_memory
from ratchet_trainer.protocol import Events

ONE = {"batchSize": 1}
LEAN = {**ONE, "liger": True}


def raised(error: Exception) -> Exception:
    try:
        raise error
    except Exception as caught:
        return caught


OUT = raised(torch.cuda.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB."))


@pytest.mark.parametrize(
    ("given", "advice"),
    [
        ({}, "lower batchSize from 4 to 2; globalBatch stays 16, so that the result stays the same but for rounding"),
        ({"batchSize": 5, "globalBatch": 15}, "lower batchSize from 5 to 1; globalBatch stays 15"),
        ({**ONE, "gradientCheckpointing": False}, "set gradientCheckpointing: true; a step takes longer"),
        (ONE, "set liger: true"),
        ({**LEAN, "tuning": "full"}, "set tuning: lora or qlora; it is another result"),
        ({**LEAN, "tuning": "lora"}, "set tuning: qlora; it is another result"),
        (LEAN, "lower maxTokens from 1024 to 512; longer examples lose turns: another result"),
        ({**LEAN, "maxTokens": 512}, "ask for a GPU with more memory"),
    ],
)
def test_the_advice_on_training_is_the_change_that_costs_least(given, advice):
    said = explain_memory(OUT, "train", read_hyperparameters(given))
    assert said.startswith(f"CUDA out of memory: {advice}")


def test_generation_is_advised_to_predict_fewer_at_once():
    said = explain_memory(OUT, "generate", read_hyperparameters({}))
    assert said == "CUDA out of memory: lower generationBatch from 16 to 8"


def test_where_the_weights_alone_are_too_large_no_batch_size_helps():
    def load_base():
        raise torch.cuda.OutOfMemoryError("CUDA out of memory.")

    with pytest.raises(torch.cuda.OutOfMemoryError) as caught:
        load_base()
    said = explain_memory(caught.value, "train", read_hyperparameters({"tuning": "lora"}))
    assert said == "CUDA out of memory: set tuning: qlora, whose base takes a quarter; it is another result"


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (OUT, True),
        (RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`"), True),
        (RuntimeError("NCCL Error 1: unhandled cuda error\nLast error:\nCuda failure 2 'out of memory'"), True),
        (RuntimeError("CUDA error: an illegal memory access was encountered"), False),
        (MemoryError("out of memory"), False),
        (MemoryError("Memory footprint 9 is more than available memory 8"), True),
    ],
)
def test_it_is_told_from_other_errors(error, expected, monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    assert is_out_of_memory(error) is expected


def test_the_advice_is_a_trainers_last_word_and_no_stack_trace_stands_before_it(tmp_path, monkeypatch, capsys):
    def run_out(*_):
        raise OUT

    monkeypatch.setattr(stages, "run_stage", run_out)
    job: Any = SimpleNamespace(stage="train")
    assert program._do_stage(job, read_hyperparameters({}), Events(tmp_path)) == 1
    said = capsys.readouterr().err
    assert said.splitlines()[0] == "CUDA out of memory. Tried to allocate 2.00 GiB."
    assert said.splitlines()[-1].startswith("CUDA out of memory: lower batchSize from 4 to 2")
    assert "Traceback" not in said
