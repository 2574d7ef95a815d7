"""NVML as nvidia-ml-py binds it: `GPUS` by UUID as a test sets them up, `XIDS` as (UUID, number) still to be told."""

import time
from types import SimpleNamespace

nvmlEventTypeXidCriticalError = 8
GPUS: dict[str, dict[str, float]] = {}
XIDS: list[tuple[str, int]] = []
registered: list[str] = []


class NVMLError(Exception):
    pass


class NVMLError_GpuIsLost(NVMLError):
    pass


class NVMLError_NotSupported(NVMLError):
    pass


class NVMLError_Timeout(NVMLError):
    pass


class NVMLError_NotFound(NVMLError):
    pass


def nvmlInit():
    pass


def nvmlDeviceGetHandleByUUID(uuid):
    if uuid not in GPUS:
        raise NVMLError_NotFound
    return uuid


def nvmlDeviceGetUUID(handle):
    return handle


def nvmlDeviceGetUtilizationRates(handle):
    return SimpleNamespace(gpu=_ask(handle, "percent"))


def nvmlDeviceGetPowerUsage(handle):
    return _ask(handle, "milliwatts")


def _ask(handle, what):
    if GPUS[handle].get("lost"):
        raise NVMLError_GpuIsLost
    if what not in GPUS[handle]:
        raise NVMLError_NotSupported
    return GPUS[handle][what]


def nvmlEventSetCreate():
    return registered


def nvmlDeviceRegisterEvents(handle, kinds, events):
    assert kinds == nvmlEventTypeXidCriticalError
    events.append(handle)


def nvmlEventSetWait_v2(events, milliseconds):
    if not XIDS:
        time.sleep(0.01)
        raise NVMLError_Timeout
    uuid, number = XIDS.pop(0)
    assert uuid in events
    return SimpleNamespace(device=uuid, eventData=number)
