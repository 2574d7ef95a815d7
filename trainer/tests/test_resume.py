"""Interrupted equals uninterrupted, bit for bit, in a new process."""

import shutil

import pytest

from .jobs import TINY, events, files, train


@pytest.mark.parametrize("tuning", ["lora", "qlora", "full"])
def test_a_block_that_is_resumed_from_its_middle_comes_to_the_same_bytes(tmp_path, tuning):
    hyperparameters = {**TINY, "tuning": tuning, "dropout": 0.1}
    # Two checkpoints may stand: there are no more.
    whole = train(tmp_path / "whole", hyperparameters=hyperparameters)
    assert whole.returncode == 0, whole.stderr
    assert [one["step"] for one in events(tmp_path / "whole", "checkpoint")] == [3, 6]
    (tmp_path / "again").mkdir()
    shutil.copytree(tmp_path / "whole/checkpoints/3", tmp_path / "kept")
    resumed = train(tmp_path / "again" / "job", hyperparameters=hyperparameters, resume=str(tmp_path / "kept"))
    assert resumed.returncode == 0, resumed.stderr
    assert [one["step"] for one in events(tmp_path / "again/job", "progress")] == [4, 5, 6, 7, 8]
    assert files(tmp_path / "again/job/weights") == files(tmp_path / "whole/weights")
    last = events(tmp_path / "whole", "progress")[-1]
    assert events(tmp_path / "again/job", "progress")[-1]["loss"] == last["loss"]


def test_a_damaged_checkpoint_is_refused_with_65(tmp_path):
    assert train(tmp_path / "whole").returncode == 0
    [file] = (tmp_path / "whole/checkpoints/3").glob("adapter_model.safetensors")
    file.write_bytes(file.read_bytes()[:-1])
    resumed = train(tmp_path / "again", resume=str(tmp_path / "whole/checkpoints/3"))
    assert (resumed.returncode, resumed.stderr.splitlines()[-1]) == (
        65,
        "3/adapter_model.safetensors is not what was written",
    )
