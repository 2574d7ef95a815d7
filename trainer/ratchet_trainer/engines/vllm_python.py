"""Which Python has vLLM: an environment of its own, for its PyTorch is another than the trainer's."""

from __future__ import annotations

import os
from importlib.util import find_spec
from typing import TYPE_CHECKING

from ..protocol import Refusal

if TYPE_CHECKING:
    from ..hyperparameters import Hyperparameters
    from ..protocol import Job

PYTHON = "RATCHET_VLLM_PYTHON"
"""Names the Python that has vLLM, where the trainer's own has not; trainer/vllm.Containerfile sets it."""
ARGUMENTS = "RATCHET_VLLM_ARGUMENTS"
"""Environment: a JSON object of vLLM's engine arguments that fit it to a machine, such as `gpu_memory_utilization`."""


def hand_over_to_vllm(job: Job, settings: Hyperparameters) -> None:
    """
    Returns where vLLM is installed. Else the Python that has it does the whole job in the place of this one: before
    anything heavy is loaded. Raises Refusal where none has it, and for the tiny model.
    """
    if settings.model == "tiny" and job.base is None:
        raise Refusal("engine vllm needs a model in a folder or on the hub: the tiny one is neither")
    found = find_spec("vllm")
    if found and found.loader:  # A folder of that name beside the trainer has none.
        return
    other = os.environ.pop(PYTHON, None)
    if other is None:
        raise Refusal(f"engine vllm: vLLM is not installed here and {PYTHON} names no Python that has it")
    try:
        os.execv(other, [other, "-m", "ratchet_trainer", str(job.folder)])
    except OSError as error:
        raise Refusal(f"engine vllm: {PYTHON} names {other}, which cannot be run: {error}") from error
