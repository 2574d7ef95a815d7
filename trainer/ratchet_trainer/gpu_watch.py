"""The GPUs of a job as NVML sees them: how busy they are, what they draw, and their Xids."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import torch

from .gpus import count_gpus
from .protocol import Job
from .xids import describe_xid

SAMPLE_EVERY = 1.0
"""Seconds: NVML itself averages utilisation over up to one."""
XID_PATIENCE = 1.0
"""Seconds."""


def list_own_gpus(job: Job) -> list[str]:
    """NVML's UUIDs of the GPUs that a job computes on; empty while this process uses none."""
    if not torch.cuda.is_initialized():
        return []
    return [f"GPU-{torch.cuda.get_device_properties(one).uuid}" for one in range(count_gpus(job))]


class GpuWatch:
    """
    Samples from threads of its own, from the moment at which `find` tells which GPUs. Without NVML, and of what it does
    not tell (of a MIG slice, a virtual GPU), nothing is known.
    """

    def __init__(self, on_xid: Callable[[str], None], find: Callable[[], list[str]]) -> None:
        self._on_xid = on_xid
        self._find = find
        self._lock = threading.Lock()
        self._sums: dict[str, tuple[float, int]] = {}
        self._means: dict[str, float] = {}
        self._xids: list[str] | None = None
        threading.Thread(target=self._work, name="gpus", daemon=True).start()

    def read(self) -> dict[str, float]:
        """
        Means since it was last read, or what was read before where there is nothing new: `gpuUtilisation` (0 to 1, mean
        over GPUs) and `gpuPowerWatts` (all GPUs together).
        """
        with self._lock:
            self._means |= {name: total / count for name, (total, count) in self._sums.items()}
            self._sums = {}
            return dict(self._means)

    def list_xids(self) -> list[str]:
        """Those so far, and those of an error that has just come: the driver tells them a moment later."""
        if self._xids is None:
            return []
        time.sleep(XID_PATIENCE)
        return list(self._xids)

    def _note_xid(self, xid: str) -> None:
        self._xids = [*(self._xids or []), xid]
        self._on_xid(xid)

    def _work(self) -> None:
        try:
            import pynvml
        except ImportError:
            return
        while not (uuids := self._find()):
            time.sleep(SAMPLE_EVERY)
        try:
            pynvml.nvmlInit()
            gpus = [_Gpu(pynvml, pynvml.nvmlDeviceGetHandleByUUID(uuid)) for uuid in uuids]
        except pynvml.NVMLError:
            return
        self._xids = []
        listen = _XidListener(pynvml, gpus, uuids, self._note_xid)
        threading.Thread(target=listen, name="xids", daemon=True).start()
        while True:
            self._add("gpuUtilisation", [gpu.utilisation() for gpu in gpus], len(gpus))
            self._add("gpuPowerWatts", [gpu.watts() for gpu in gpus], 1)
            time.sleep(SAMPLE_EVERY)

    def _add(self, name: str, values: list[float | None], divisor: int) -> None:
        known = [value for value in values if value is not None]
        if len(known) < len(values):
            return
        with self._lock:
            total, count = self._sums.get(name, (0.0, 0))
            self._sums[name] = (total + sum(known) / divisor, count + 1)


class _Gpu:
    def __init__(self, nvml: Any, handle: Any) -> None:
        self._nvml = nvml
        self.handle = handle

    def utilisation(self) -> float | None:
        return self._ask(lambda: self._nvml.nvmlDeviceGetUtilizationRates(self.handle).gpu / 100)

    def watts(self) -> float | None:
        return self._ask(lambda: self._nvml.nvmlDeviceGetPowerUsage(self.handle) / 1000)

    def _ask(self, question: Callable[[], float]) -> float | None:
        try:
            return question()
        except self._nvml.NVMLError_GpuIsLost:
            return 0.0  # That it does nothing any more is known.
        except self._nvml.NVMLError:
            return None


class _XidListener:
    def __init__(self, nvml: Any, gpus: list[_Gpu], uuids: list[str], on_xid: Callable[[str], None]) -> None:
        self._nvml = nvml
        self._gpus = gpus
        self._uuids = uuids
        self._on_xid = on_xid

    def __call__(self) -> None:
        nvml = self._nvml
        try:
            events = nvml.nvmlEventSetCreate()
            for gpu in self._gpus:
                nvml.nvmlDeviceRegisterEvents(gpu.handle, nvml.nvmlEventTypeXidCriticalError, events)
            while True:
                self._hand_over_next(events)
        except nvml.NVMLError:
            return  # It is not told here, or the GPU is gone.

    def _hand_over_next(self, events: Any) -> None:
        try:
            event = self._nvml.nvmlEventSetWait_v2(events, 1000)
        except self._nvml.NVMLError_Timeout:
            return
        uuid = self._nvml.nvmlDeviceGetUUID(event.device)
        self._on_xid(describe_xid(int(event.eventData), self._uuids.index(uuid)))
