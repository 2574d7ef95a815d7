"""What methods add to the loss of a step, in a training: the same however its batches are cut."""

from pathlib import Path

import pytest
import yaml
from safetensors.torch import load_file

from ratchet_trainer.protocol import Refusal

from .jobs import TINY, events, run, run_here, write_lines, write_training
from .samples import call, example

STEPS = 4
BASELINES = Path(__file__).parents[2] / "examples/continual-baselines.yaml"


@pytest.fixture(scope="module")
def first(tmp_path_factory):
    """A block that all these methods go on from: an adapter, and what EWC needs."""
    return run_block(tmp_path_factory.mktemp("first") / "block", method="ewc", strength=0) / "weights"


def lessons():
    """Targets of many lengths: a mean over tokens is not one over batches."""
    made = []
    for index in range(2 * STEPS):
        one = {**example(), "id": f"e-{index}"}
        made.append({**one, "target": [call("BookHotel", id="HT" * (1 + 5 * (index % 4)))]})
    return made


def write_block(folder, parent=None, world=1, **hyperparameters):
    settings = {**TINY, "epochs": 2, "globalBatch": 4, **hyperparameters}
    fields = {"parent": parent and str(parent), "worldSize": world, "checkpointEvery": 100}
    write_training(folder, hyperparameters=settings, **fields)
    write_lines(folder / "train.jsonl", lessons())
    return folder


def run_block(folder, parent=None, **hyperparameters):
    assert run_here(write_block(folder, parent, **hyperparameters)) == 0
    return folder


def told(folder, name):
    return [one[name] for one in events(folder, "progress")]


@pytest.fixture(scope="module")
def whole(tmp_path_factory, first):
    """A block whose steps are one batch each."""
    return run_block(tmp_path_factory.mktemp("whole") / "block", first, method="lwf", batchSize=4)


def test_a_step_of_several_batches_adds_what_one_of_all_its_examples_would(tmp_path, first, whole):
    cut = run_block(tmp_path / "cut", first, method="lwf", batchSize=1)
    assert_same_steps(cut, whole)


def test_a_step_of_two_processes_adds_what_one_of_all_its_examples_would(tmp_path, first, whole):
    done = run(write_block(tmp_path / "pair", first, world=2, method="lwf", batchSize=1))
    assert done.returncode == 0, done.stderr
    assert_same_steps(tmp_path / "pair", whole)


def assert_same_steps(found, wanted):
    assert told(wanted, "penalty")[-1] > 0.001
    for name in ("penalty", "loss", "gradientNorm"):
        assert told(found, name) == pytest.approx(told(wanted, name), rel=1e-3, abs=1e-6)


def test_the_loss_of_a_step_is_told_without_its_penalty(tmp_path, first):
    """What O-LoRA adds says nothing yet: its first step has the loss of plain training."""
    plain = run_block(tmp_path / "plain", first, method="sequential", batchSize=2)
    penalised = run_block(tmp_path / "penalised", first, method="o-lora", batchSize=2)
    assert told(penalised, "loss")[0] == pytest.approx(told(plain, "loss")[0], rel=1e-5)
    assert told(penalised, "penalty")[0] > 1
    assert not any("penalty" in one for one in events(plain, "progress"))


def test_ewc_holds_what_the_first_block_depends_on_at_the_strength_of_the_example(tmp_path, first):
    strength = yaml.safe_load(BASELINES.read_text())["conditions"]["ewc"]["hyperparameters"]["strength"]
    free = run_block(tmp_path / "free", first, method="ewc", strength=0, epochs=4)
    held = run_block(tmp_path / "held", first, method="ewc", strength=strength, epochs=4)
    assert 0 < distance(held / "weights", first) < distance(free / "weights", first) / 2


def distance(block, parent):
    """By how much of what the parent's block depends on the block moved."""
    fisher = load_file(parent / "fisher.safetensors")
    now, before = (load_file(folder / "adapter_model.safetensors") for folder in (block, parent))
    return sum(
        (fisher[name.replace(".weight", ".default.weight")] * (now[name] - before[name]) ** 2).sum().item()
        for name in before
    )


def test_over_a_quantized_base_a_block_begins_with_what_its_parent_left_to_the_bit(tmp_path):
    """EWC's penalty is zero there and nowhere else."""
    settings = {"method": "ewc", "strength": 1e6, "tuning": "qlora"}
    parent = run_block(tmp_path / "parent", **settings)
    child = run_block(tmp_path / "child", parent / "weights", **settings)
    assert told(child, "penalty")[0] == 0


def test_a_block_of_another_method_is_refused_before_anything_is_loaded(tmp_path, whole):
    job = write_block(tmp_path / "other", whole / "weights", method="ewc", strength=1)
    with pytest.raises(Refusal, match="the parent was not left by method ewc"):
        run_here(job)
    assert not (job / "events.jsonl").read_text()
