"""Interrupted equals uninterrupted, bit for bit, in a new process."""

import shutil

import pytest

from .jobs import TINY, events, files, train

SETTINGS = {
    **TINY,
    "epochs": 5,
    "batchSize": 2,
    "rank": 64,
    "dropout": 0.1,
    "optimiser": "paged_adamw_8bit",
    "gradientCheckpointing": True,
}


@pytest.mark.parametrize("tuning", ["lora", "qlora", "full"])
def test_ten_steps_and_five_in_another_process_come_to_the_bytes_of_fifteen(tmp_path, tuning, monkeypatch):
    """An epoch has three steps of two batches each: the checkpoint is of the middle of one."""
    job = {"hyperparameters": {**SETTINGS, "tuning": tuning}, "checkpointEvery": 10}
    whole = train(tmp_path / "whole", 12, **job)
    assert whole.returncode == 0, whole.stderr
    assert [one["step"] for one in events(tmp_path / "whole", "checkpoint")] == [10]
    (tmp_path / "again").mkdir()
    shutil.copytree(tmp_path / "whole/checkpoints/10", tmp_path / "kept")
    monkeypatch.setenv("OMP_NUM_THREADS", "2")  # Sums have one order on any machine.
    resumed = train(tmp_path / "again" / "job", 12, **job, resume=str(tmp_path / "kept"))
    assert resumed.returncode == 0, resumed.stderr
    assert [one["step"] for one in events(tmp_path / "again/job", "progress")] == list(range(11, 16))
    assert files(tmp_path / "again/job/weights") == files(tmp_path / "whole/weights")
    losses = [[one["loss"] for one in events(tmp_path / of, "progress")] for of in ("whole", "again/job")]
    assert losses[1] == losses[0][10:]


def test_a_damaged_checkpoint_is_refused_with_65(tmp_path):
    assert train(tmp_path / "whole").returncode == 0
    [file] = (tmp_path / "whole/checkpoints/3").glob("adapter_model.safetensors")
    file.write_bytes(file.read_bytes()[:-1])
    resumed = train(tmp_path / "again", resume=str(tmp_path / "whole/checkpoints/3"))
    assert (resumed.returncode, resumed.stderr.splitlines()[-1]) == (
        65,
        "3/adapter_model.safetensors is not what was written",
    )
