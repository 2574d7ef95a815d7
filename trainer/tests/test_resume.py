"""Interrupted equals uninterrupted, bit for bit, in a new process."""

import shutil

import pytest

from .jobs import TINY, events, files, train


@pytest.mark.parametrize("tuning", ["lora", "qlora", "full"])
def test_ten_steps_and_ten_in_another_process_come_to_the_bytes_of_twenty(tmp_path, tuning, monkeypatch):
    hyperparameters = {**TINY, "tuning": tuning, "dropout": 0.1, "epochs": 10}
    job = {"hyperparameters": hyperparameters, "checkpointEvery": 10}
    whole = train(tmp_path / "whole", **job)
    assert whole.returncode == 0, whole.stderr
    assert [one["step"] for one in events(tmp_path / "whole", "checkpoint")] == [10]
    (tmp_path / "again").mkdir()
    shutil.copytree(tmp_path / "whole/checkpoints/10", tmp_path / "kept")
    monkeypatch.setenv("OMP_NUM_THREADS", "2")  # Sums have one order on any machine.
    resumed = train(tmp_path / "again" / "job", **job, resume=str(tmp_path / "kept"))
    assert resumed.returncode == 0, resumed.stderr
    assert [one["step"] for one in events(tmp_path / "again/job", "progress")] == list(range(11, 21))
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
