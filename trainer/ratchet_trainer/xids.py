"""Xids: what NVIDIA's driver says went wrong with a GPU, and whether the program or the hardware is to blame."""

from __future__ import annotations

from typing import Literal, NamedTuple

Origin = Literal["application", "hardware"]


class Xid(NamedTuple):
    name: str
    origin: Origin
    advice: str


NOT_THE_GPU = "the GPU is well: look for an illegal access or an assertion in what ran"
REPLACE = "drain the node and have the GPU looked at"
RESET = "drain the node and reset the GPU"

XIDS: dict[int, Xid] = {
    13: Xid("graphics engine exception", "application", NOT_THE_GPU),
    31: Xid("GPU memory page fault", "application", NOT_THE_GPU),
    43: Xid("GPU stopped processing for this program", "application", NOT_THE_GPU),
    45: Xid("channels of this program were cleaned up", "application", "a consequence: look for what came before"),
    48: Xid("double bit ECC error", "hardware", RESET),
    61: Xid("internal microcontroller breakpoint", "hardware", RESET),
    62: Xid("internal microcontroller halt", "hardware", RESET),
    63: Xid("memory row remapped or page retired", "hardware", "the GPU mends itself when it is reset"),
    64: Xid("memory row could not be remapped or page not retired", "hardware", REPLACE),
    68: Xid("video processor exception", "application", NOT_THE_GPU),
    74: Xid("NVLink error", "hardware", "look at the links with nvidia-smi nvlink -e, then reset the GPUs"),
    79: Xid("GPU has fallen off the bus", "hardware", "restart the node; if it recurs, power, cooling or the slot"),
    92: Xid("high rate of single bit ECC errors", "hardware", REPLACE),
    94: Xid("contained ECC error", "hardware", "only this program was hit; reset the GPU when it is free"),
    95: Xid("uncontained ECC error", "hardware", RESET),
    109: Xid("context switch timeout", "application", NOT_THE_GPU),
    119: Xid("GPU system processor timeout", "hardware", RESET),
    120: Xid("GPU system processor error", "hardware", RESET),
    140: Xid("unrecovered ECC error", "hardware", RESET),
}
"""
Names and blame after NVIDIA's Xid catalog (docs.nvidia.com/deploy/xid-errors), and after what its Kubernetes device
plugin does not hold against a GPU. `contract/last-words.ts` knows the numbers that are the application's.
"""


def describe_xid(number: int, gpu: int) -> str:
    """One line, by which Ratchet also tells a sick GPU from a program's fault."""
    known = XIDS.get(number)
    if known is None:
        return f"Xid {number} on GPU {gpu}: see NVIDIA's Xid catalog"
    return f"Xid {number} on GPU {gpu}: {known.name} ({known.origin}): {known.advice}"
