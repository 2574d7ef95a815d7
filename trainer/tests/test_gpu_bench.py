"""`bench/gpu` on a processor: every part, as it would run on a GPU, with a model that is tiny."""

from __future__ import annotations

import importlib
import json
import re
import threading
from importlib.metadata import version
from pathlib import Path

import pytest

import checkpoints
import processes
import resuming
import run as bench
from job import Step
from setting import Setting
from shapes import SHAPES
from versions import check_versions


def run_here(arguments, log, seconds, watch=lambda: None, python=None):
    """In this process: each of its own would load torch anew."""
    thread = threading.Thread(target=_do, args=(arguments,))
    thread.start()
    while thread.is_alive():
        thread.join(0.01)
        watch()
    watch()


def _do(arguments):
    if arguments[0] != "-m":
        importlib.import_module(Path(arguments[0]).stem).main(arguments[1:])
        return
    from ratchet_trainer.hyperparameters import read_hyperparameters
    from ratchet_trainer.protocol import Events, read_job
    from ratchet_trainer.stages import STAGES

    job = read_job(Path(arguments[2]))
    STAGES[job.stage](job, read_hyperparameters(job.hyperparameters), Events(job.folder))


@pytest.fixture(scope="module")
def measured(tmp_path_factory):
    """What every part said, by its name, and the page."""
    work, results = (tmp_path_factory.mktemp(name) for name in ("work", "results"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(processes, "run_python", run_here)
        arguments = ["--shape", "tiny", "--repeats", "1", "--work", str(work), "--results", str(results)]
        assert bench.main(arguments) == 0
    parts = json.loads((results / "gpu.json").read_text())
    return {one["part"]: one for one in parts}, (results / "gpu.md").read_text()


def test_every_part_is_measured_and_says_on_what(measured):
    parts, page = measured
    assert list(parts) == ["variants", "throughput", "checkpoints", "resume", "generation"]
    for part, one in parts.items():
        assert one["shape"] == "tiny"
        assert {"date", "device", "driver", "packages"} <= one["machine"].keys()
        assert f"## {part.capitalize()}: tiny\n\n{one['machine']['date']} UTC, {one['machine']['device']}" in page


def test_where_packages_are_missing_nothing_is_begun_and_they_are_named(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("versions.find_version", lambda name: None if name in ("trl", "torch") else "1.0")
    assert (
        bench.main(["--shape", "tiny", "--work", str(tmp_path / "work"), "--results", str(tmp_path / "results")]) == 2
    )
    assert re.search(r"lacks torch==[\d.]+, trl==[\d.]+: bench/README\.md says how", capsys.readouterr().err)
    assert list(tmp_path.iterdir()) == []


def test_other_versions_than_the_trainer_pins_are_told_and_a_builds_suffix_is_none(monkeypatch):
    assert check_versions() == []
    monkeypatch.setattr("versions.find_version", lambda name: {"torch": "2.7.0"}.get(name, f"{version(name)}+cu130"))
    [other] = check_versions()
    assert other == f"torch 2.7.0 instead of {version('torch').split('+')[0]}, which the trainer pins"


def test_what_a_processor_has_not_is_skipped_and_said(measured):
    parts, page = measured
    assert parts["variants"]["notes"] == [
        "flash_attn needs a GPU: attention by SDPA, batches padded",
        "liger_kernel needs a GPU: without its kernels",
    ]
    assert "- vLLM: not compared" in page
    assert page.count("**The best of one: no other configuration was measured, and one may be faster.**") == 2


def test_both_trainers_see_the_same_tokens_and_their_speeds_are_compared_in_pairs(measured):
    result = measured[0]["throughput"]["result"]
    [ratio] = result["ratio"]["all"]
    assert ratio == pytest.approx(result["ours"]["tokensPerSecond"] / result["trl"]["tokensPerSecond"])
    assert result["tokens"]["ours"] == result["tokens"]["trl"] > 0


def test_a_resumed_block_comes_to_the_same_end(measured):
    result = measured[0]["resume"]["result"]
    assert (result["lossDifference"], result["weightDifference"], result["equal"]) == (0, 0, True)
    assert not resuming.is_equal(loss=0.0, weights=1e-9, repetition=0.0)
    assert not resuming.is_equal(loss=0.01, weights=0.0, repetition=0.0)
    assert resuming.is_equal(loss=1e-4, weights=1.5e-6, repetition=1e-6)


def test_generation_is_measured_with_an_adapter_against_plain_generate(measured):
    result = measured[0]["generation"]["result"]
    assert list(result["tokensPerSecond"]) == [
        "this trainer, engine transformers",
        "this trainer, engine continuous",
        "plain generate",
    ]
    assert all(speed["least"] > 0 for speed in result["tokensPerSecond"].values())


def test_the_stall_is_what_two_steps_around_a_checkpoint_take_too_long():
    seconds = [1.0, 1.25, 1.5, 1.0, 1.0, 1.25, 1.25, 1.0]
    steps = [Step(number, taken, 100, 0.0) for number, taken in enumerate(seconds, 1)]
    found = checkpoints.summarise_stall(steps, {2, 6})
    assert (found["stepSeconds"], found["stallSeconds"], found["checkpoints"]) == (1.0, 0.625, 2)
    assert found["share"] == 0.625 / 50


def test_what_fails_is_told_and_stops_no_other_part(tmp_path, capsys):
    (tmp_path / "tiny" / "made").mkdir(parents=True)  # Empty: nothing can be trained.
    options = ["--shape", "tiny", "--work", str(tmp_path), "--results", str(tmp_path / "results")]
    assert bench.main([*options, "--part", "checkpoints", "--part", "resume"]) == 1
    parts = json.loads((tmp_path / "results/gpu.json").read_text())
    assert ["tools.json" in one["failure"] for one in parts] == [True, True]


def test_a_repetition_that_would_end_too_late_is_not_begun(tmp_path, monkeypatch):
    now = 0.0
    monkeypatch.setattr("setting.time.monotonic", lambda: now)
    setting = Setting(SHAPES["tiny"], tmp_path, repeats=3, limit=12.0)
    setting.begin()
    for _ in setting.repetitions():
        now += 5.0
    assert setting.notes == ["2 of 3 repetitions: no time for more"]


def test_the_measured_shape_is_that_of_llama_3_1_8b():
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    with torch.device("meta"):
        model = LlamaForCausalLM(LlamaConfig(**SHAPES["llama-3.1-8b"].config))
    assert sum(one.numel() for one in model.parameters()) == 8_030_261_248
