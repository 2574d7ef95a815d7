"""NVML is played by `fake_nvml/pynvml.py`."""

import importlib
import re
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from ratchet_trainer import gpu_watch
from ratchet_trainer.gpu_watch import GpuWatch
from ratchet_trainer.xids import XIDS

OURS = ["GPU-a", "GPU-b"]


@pytest.fixture
def nvml(monkeypatch):
    monkeypatch.syspath_prepend(str(Path(__file__).parent / "fake_nvml"))
    monkeypatch.delitem(sys.modules, "pynvml", raising=False)
    monkeypatch.setattr(gpu_watch, "SAMPLE_EVERY", 0.01)
    monkeypatch.setattr(gpu_watch, "XID_PATIENCE", 0)
    fake: Any = importlib.import_module("pynvml")
    fake.GPUS |= {
        "GPU-a": {"percent": 100, "milliwatts": 400_500},
        "GPU-b": {"percent": 40, "milliwatts": 199_500},
        "GPU-of-somebody-else": {"percent": 3, "milliwatts": 1},
    }
    return fake


def watch(uuids, said=None):
    return GpuWatch([].append if said is None else said.append, lambda: uuids)


def wait_for(look):
    deadline = time.monotonic() + 10
    while not (seen := look()):
        assert time.monotonic() < deadline, "nothing came"
        time.sleep(0.01)
    return seen


def test_utilisation_is_a_mean_over_our_gpus_and_power_their_sum(nvml):
    gpus = watch(OURS)
    first = wait_for(gpus.read)
    assert first == pytest.approx({"gpuUtilisation": 0.7, "gpuPowerWatts": 600})
    assert gpus.read() == pytest.approx(first)


def test_what_nvml_does_not_tell_of_one_gpu_is_absent(nvml):
    del nvml.GPUS["GPU-b"]["percent"]
    assert wait_for(watch(OURS).read) == pytest.approx({"gpuPowerWatts": 600})


def test_a_gpu_that_is_lost_does_nothing(nvml):
    nvml.GPUS["GPU-a"]["lost"] = True
    assert wait_for(watch(["GPU-a"]).read) == {"gpuUtilisation": 0, "gpuPowerWatts": 0}


@pytest.mark.parametrize("uuids", [["GPU-unknown"], []])
def test_nothing_is_known_of_gpus_that_nvml_does_not_know_and_before_there_is_one(nvml, uuids):
    gpus = watch(uuids)
    time.sleep(0.05)
    assert (gpus.read(), gpus.list_xids()) == ({}, [])


def test_nothing_is_known_without_nvml(monkeypatch):
    monkeypatch.setitem(sys.modules, "pynvml", None)
    gpus = watch(OURS)
    assert (gpus.read(), gpus.list_xids()) == ({}, [])


def test_an_xid_is_named_with_its_gpu_and_whose_fault_it_is(nvml):
    said = []
    nvml.XIDS += [("GPU-b", 79), ("GPU-a", 31), ("GPU-a", 999)]
    gpus = watch(OURS, said)
    wait_for(lambda: len(said) == 3)
    assert gpus.list_xids() == said
    assert said[0].startswith("Xid 79 on GPU 1: GPU has fallen off the bus (hardware): ")
    assert said[1].startswith("Xid 31 on GPU 0: GPU memory page fault (application): ")
    assert said[2] == "Xid 999 on GPU 0: see NVIDIA's Xid catalog"


def test_ratchet_blames_the_program_for_the_same_xids():
    text = (Path(__file__).parents[2] / "contract/last-words.ts").read_text()
    [numbers] = re.findall(r"APPLICATION_XIDS = new Set\(\[([\d, ]+)\]\)", text)
    assert set(map(int, numbers.split(","))) == {number for number, xid in XIDS.items() if xid.origin == "application"}
