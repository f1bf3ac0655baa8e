"""Directories under the system's temporary one that are gone afterwards, even where a run was killed."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

# The file that names the process whose directory it is.
OWNER = "owner"


def scratch_directory(prefix: str) -> Path:
    """A new directory `prefix…`; those that killed processes left behind under this prefix are deleted."""
    _remove_what_killed_runs_left(prefix)
    directory = Path(tempfile.mkdtemp(prefix=prefix))
    (directory / OWNER).write_text(str(os.getpid()))
    return directory


def _remove_what_killed_runs_left(prefix: str) -> None:
    for directory in Path(tempfile.gettempdir()).glob(f"{prefix}*"):
        try:
            os.kill(int((directory / OWNER).read_text()), 0)
        except ProcessLookupError:
            shutil.rmtree(directory, ignore_errors=True)
        except (OSError, ValueError):
            continue  # somebody else's, or just being made
