"""Several processes: two on this processor stand for two GPUs."""

import os
import signal
import subprocess
import time
from types import SimpleNamespace

import pytest
from safetensors.torch import load_file
from torch import nn
from torch.distributed.algorithms._checkpoint.checkpoint_wrapper import checkpoint_wrapper

from ratchet_trainer.checkpoints import refuse_other_world
from ratchet_trainer.protocol import Refusal
from ratchet_trainer.sharding import collect_shards

from .jobs import TINY, children_of, command, events, files, train, write_training

PAIR = {**TINY, "globalBatch": 8, "epochs": 6, "dropout": 0.1}
FIELDS = {"hyperparameters": PAIR, "worldSize": 2, "checkpointEvery": 3}
STEPS = 6
ADAPTER = "weights/adapter_model.safetensors"
SHARDED = {**FIELDS, "hyperparameters": {**PAIR, "parallel": "fsdp", "gradientCheckpointing": True}}


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pair") / "whole"
    done = train(folder, **FIELDS)
    assert done.returncode == 0, done.stderr
    return folder


def losses(folder):
    return [one["loss"] for one in events(folder, "progress")]


def test_two_processes_take_the_steps_of_one_and_one_of_them_speaks(whole):
    assert [(one["step"], one["steps"]) for one in events(whole, "progress")] == [
        (n, STEPS) for n in range(1, STEPS + 1)
    ]
    assert len(events(whole, "count")) == len(events(whole, "result")) == 1
    [seen] = events(whole, "count")
    assert events(whole, "result")[0]["tokens"] == PAIR["epochs"] * seen["tokens"]


def test_told_to_stop_all_stop_at_one_step_and_go_on_from_there_to_the_same_bytes(whole, tmp_path):
    folder = write_training(tmp_path / "told", **{**FIELDS, "checkpointEvery": 100})
    process = start(folder)
    wait_for(folder, process, "progress")
    process.send_signal(signal.SIGTERM)
    assert process.wait(300) == 75
    assert children_of(folder) == []
    [stopped] = events(folder, "checkpoint")
    assert 0 < stopped["step"] < STEPS
    resumed = train(tmp_path / "on", **FIELDS, resume=str(folder / f"checkpoints/{stopped['step']}"))
    assert resumed.returncode == 0, resumed.stderr
    assert losses(tmp_path / "on") == losses(whole)[stopped["step"] :]
    assert files(tmp_path / "on/weights") == files(whole / "weights")


def test_when_whoever_started_them_is_gone_all_end(tmp_path):
    folder = write_training(tmp_path / "left", **FIELDS)
    process = start(folder, stdin=subprocess.PIPE)
    wait_for(folder, process, "count")
    while not children_of(folder):
        assert process.poll() is None
        time.sleep(0.05)
    assert process.stdin
    process.stdin.close()
    assert process.wait(300) == 75
    deadline = time.monotonic() + 300
    while children_of(folder):
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.mark.parametrize("tuning", ["lora", *(["qlora", "full"] if "RATCHET_TRAINER_FULL" in os.environ else [])])
def test_shards_learn_what_whole_models_learn_and_go_on_from_a_checkpoint_to_the_same_bytes(tuning, whole, tmp_path):
    fields = {**SHARDED, "hyperparameters": {**SHARDED["hyperparameters"], "tuning": tuning}}
    done = train(tmp_path / "through", **fields)
    assert done.returncode == 0, done.stderr
    if tuning == "lora":
        assert losses(tmp_path / "through") == pytest.approx(losses(whole), rel=1e-4)
        learnt, expected = (load_file(folder / ADAPTER) for folder in (tmp_path / "through", whole))
        assert learnt.keys() == expected.keys()
    resumed = train(tmp_path / "on", **fields, resume=str(tmp_path / "through/checkpoints/3"))
    assert resumed.returncode == 0, resumed.stderr
    assert losses(tmp_path / "on") == losses(tmp_path / "through")[3:]
    assert files(tmp_path / "on/weights") == files(tmp_path / "through/weights")


def test_trained_tensors_that_cannot_be_collected_are_never_left_out():
    layer = nn.Linear(2, 2)
    found = collect_shards(SimpleNamespace(is_fsdp_enabled=True, model=nn.Sequential(layer)))
    assert found and found.keys() == {"0.weight", "0.bias"}
    renamed = nn.Sequential(checkpoint_wrapper(layer))  # Its parameters have other names than its state.
    with pytest.raises(RuntimeError, match="2 of 2 trained tensors"):
        collect_shards(SimpleNamespace(is_fsdp_enabled=True, model=renamed))


def test_a_checkpoint_goes_on_with_as_many_processes_as_it_was_trained_by(tmp_path):
    (tmp_path / "world_size").write_text("2")
    assert refuse_other_world(tmp_path, 2) == tmp_path
    with pytest.raises(Refusal, match="was trained by 2 processes: it goes on with as many, not 4"):
        refuse_other_world(tmp_path, 4)


def start(folder, stdin=subprocess.DEVNULL):
    with (folder / "log").open("w") as log:
        return subprocess.Popen(command(folder), stdin=stdin, stdout=log, stderr=log)


def wait_for(folder, process, kind):
    while not (folder / "events.jsonl").exists() or not events(folder, kind):
        assert process.poll() is None, (folder / "log").read_text()
        time.sleep(0.05)
