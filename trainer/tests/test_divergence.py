import pytest

from .jobs import TINY, events, train


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("divergence") / "job"
    return folder, train(folder, hyperparameters={**TINY, "learningRate": 1e30, "warmup": 0.0})


def test_a_loss_that_is_no_number_ends_training_at_once_and_says_what_to_do(run):
    folder, ended = run
    assert ended.returncode == 1
    last = ended.stderr.splitlines()[-1]
    assert last.startswith("non-finite loss (nan) at step 2: lower learningRate")
    assert "Traceback" not in ended.stderr
    assert [one["step"] for one in events(folder, "progress")] == [1]
    assert events(folder, "checkpoint") == []


def test_progress_tells_what_is_known_on_a_processor(run):
    folder, _ = run
    [progress] = events(folder, "progress")
    assert progress["learningRate"] == pytest.approx(1e30)
    assert progress["gradientNorm"] > 0
    assert progress["tokensPerSecond"] > 0
    assert progress["peakMemoryBytes"] > 10**8
    assert progress["checkpointSeconds"] == 0
    assert not {"mfu", "gpuUtilisation", "gpuPowerWatts"} & set(progress)
