"""Whether this Python has what the trainer pins: with other versions, figures are of another trainer."""

from __future__ import annotations

import platform
import sys
import tomllib
from fnmatch import fnmatch

from machine import find_version
from processes import TRAINER, Failure


def check_versions() -> list[str]:
    """What is there in another version. Raises Failure where something is not there at all."""
    project = tomllib.loads((TRAINER / "pyproject.toml").read_text())["project"]
    pins = dict(one.split("==") for one in project["dependencies"])
    found = {name: find_version(name) for name in pins}
    if missing := [f"{name}=={pin}" for name, pin in pins.items() if found[name] is None]:
        raise Failure(
            f"{sys.executable} lacks {', '.join(missing)}: bench/README.md says how to bring them here, also to a "
            "machine without a network"
        )
    found, pins = {"Python": platform.python_version(), **found}, {"Python": project["requires-python"][2:], **pins}
    return [
        f"{name} {found[name]} instead of {pin}, which the trainer pins"
        for name, pin in pins.items()
        if not fnmatch(str(found[name]).partition("+")[0], pin)  # A build's suffix (+cu130) is no other version.
    ]
