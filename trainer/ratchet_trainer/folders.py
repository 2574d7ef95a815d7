"""Folders that are complete or absent: written under another name, synced, renamed; each lists what it should hold."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from pathlib import Path

from .protocol import Damage

MANIFEST = "folder.json"


def publish(draft: Path, folder: Path) -> None:
    """Makes what stands in `draft` (on the same disk) stand at `folder`, with the digest of every file."""
    digests = {name: _digest(draft / name) for name in _list_files(draft)}
    (draft / MANIFEST).write_text(json.dumps({"files": digests}, sort_keys=True) + "\n")
    for name in [*digests, MANIFEST]:
        _sync(draft / name)
    folder.parent.mkdir(parents=True, exist_ok=True)
    shutil.rmtree(folder, ignore_errors=True)
    os.rename(draft, folder)
    _sync(folder.parent)


def verify(folder: Path) -> Path:
    """Raises Damage unless every file is what was written."""
    try:
        digests = json.loads((folder / MANIFEST).read_text())["files"]
        for name, digest in digests.items():
            if _digest(folder / name) != digest:
                raise Damage(f"{folder.name}/{name} is not what was written")
    except (OSError, ValueError, KeyError) as error:
        raise Damage(f"{folder.name} is damaged or missing: {error}") from error
    return folder


def empty(folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def _list_files(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def _digest(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
