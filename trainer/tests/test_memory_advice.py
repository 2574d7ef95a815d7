from types import SimpleNamespace
from typing import Any

import pytest
import torch

from ratchet_trainer import __main__ as program
from ratchet_trainer import stages
from ratchet_trainer.hyperparameters import read_hyperparameters
from ratchet_trainer.memory_advice import ANEW, explain_memory, is_out_of_memory
from ratchet_trainer.protocol import Events
from ratchet_trainer.training_arguments import choose_accumulation

ONE = {"batchSize": 1}


def raised(error: Exception) -> Exception:
    try:
        raise error
    except Exception as caught:
        return caught


OUT = raised(torch.cuda.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB."))


def job_of(stage: str, world: int = 1) -> Any:
    return SimpleNamespace(stage=stage, world_size=world)


def advice_on(given: dict[str, Any], stage: str = "train", world: int = 1) -> str:
    return explain_memory(OUT, job_of(stage, world), read_hyperparameters(given))


@pytest.mark.parametrize(
    ("given", "advice"),
    [
        (
            {},
            "lower batchSize from 4 to 2; globalBatch stays 16, so that the result stays the same but for rounding and "
            f"what dropout leaves out; {ANEW}",
        ),
        (
            {"dropout": 0.0},
            "lower batchSize from 4 to 2; globalBatch stays 16, so that the result stays the same but for rounding; "
            f"{ANEW}",
        ),
        (
            {**ONE, "gradientCheckpointing": False},
            f"set gradientCheckpointing: true; a step takes longer, the result stays the same; {ANEW}",
        ),
        ({**ONE, "tuning": "full"}, f"set tuning: lora or qlora; it is another result; {ANEW}"),
        ({**ONE, "tuning": "lora"}, f"set tuning: qlora; it is another result; {ANEW}"),
        (ONE, f"lower maxTokens from 1024 to 512; longer examples lose turns: another result; {ANEW}"),
        ({**ONE, "maxTokens": 512}, "ask for a GPU with more memory"),
        (
            {**ONE, "maxTokens": 512, "parallel": "fsdp", "optimiser": "adamw_torch_fused"},
            "ask for a GPU with more memory, or for more of them",
        ),
    ],
)
def test_the_advice_on_training_is_the_change_that_costs_least(given, advice):
    assert advice_on(given) == f"CUDA out of memory: {advice}"


@pytest.mark.parametrize(
    ("batch", "together", "world", "smaller"),
    [(4, 16, 1, 2), (5, 15, 1, 1), (5, 20, 4, 1), (12, 24, 2, 6), (9, 36, 2, 3)],
)
def test_the_batch_that_is_advised_is_one_that_the_gpus_can_take(batch, together, world, smaller):
    given = {"batchSize": batch, "globalBatch": together}
    assert f"lower batchSize from {batch} to {smaller};" in advice_on(given, world=world)
    assert choose_accumulation(read_hyperparameters({**given, "batchSize": smaller}), world) > 1


def test_generation_is_advised_to_predict_fewer_at_once_and_told_what_that_costs():
    assert advice_on({}, "generate") == (
        "CUDA out of memory: lower generationBatch from 16 to 8; hyperparameters are part of every key: all blocks are "
        "computed anew. A GPU with more memory spares that"
    )


def test_where_no_smaller_batch_helps_none_is_advised():
    assert advice_on({"generationBatch": 1}, "generate") == "CUDA out of memory: ask for a GPU with more memory"


def test_vllm_is_to_leave_more_of_the_gpu_free():
    assert """by RATCHET_VLLM_ARGUMENTS='{"gpu_memory_utilization": 0.8}'""" in advice_on(
        {"engine": "vllm"}, "generate"
    )


def test_where_the_weights_alone_are_too_large_no_batch_size_helps():
    def load_base():
        raise torch.cuda.OutOfMemoryError("CUDA out of memory.")

    with pytest.raises(torch.cuda.OutOfMemoryError) as caught:
        load_base()
    said = explain_memory(caught.value, job_of("train"), read_hyperparameters({"tuning": "lora"}))
    assert said == f"CUDA out of memory: set tuning: qlora, whose base takes a quarter; it is another result; {ANEW}"


def test_to_vllm_a_base_that_is_rounded_is_as_large_as_any():
    def from_engine_args():
        raise ValueError("No available memory for the cache blocks. Try increasing `gpu_memory_utilization`.")

    with pytest.raises(ValueError, match="No available memory") as caught:
        from_engine_args()
    said = explain_memory(caught.value, job_of("generate"), read_hyperparameters({"tuning": "lora", "engine": "vllm"}))
    assert said == "CUDA out of memory: ask for a GPU with more memory"


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (OUT, True),
        (RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`"), True),
        (RuntimeError("NCCL Error 1: unhandled cuda error\nLast error:\nCuda failure 2 'out of memory'"), True),
        (RuntimeError("CUDA error: an illegal memory access was encountered"), False),
        (MemoryError("out of memory"), False),
        (ValueError("Free memory on cuda:0 is less than desired GPU memory utilization (0.92)."), True),
        (ValueError("No available memory for the cache blocks. Try increasing `gpu_memory_utilization`."), True),
        (ValueError("invalid literal"), False),
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
    assert program._do_stage(job_of("train"), read_hyperparameters({}), Events(tmp_path)) == 1
    said = capsys.readouterr().err
    assert said.splitlines()[0] == "CUDA out of memory. Tried to allocate 2.00 GiB."
    assert said.splitlines()[-1].startswith("CUDA out of memory: lower batchSize from 4 to 2")
    assert "Traceback" not in said


def test_a_failure_without_an_xid_ends_with_its_own_words(tmp_path, monkeypatch, capsys):
    def fail(*_):
        raise ValueError("of the trainer itself")

    monkeypatch.setattr(stages, "run_stage", fail)
    assert program._do_stage(job_of("train"), read_hyperparameters({}), Events(tmp_path)) == 1
    assert capsys.readouterr().err.endswith("ValueError: of the trainer itself\n")
