"""What a build says while it runs, and how it ends when it cannot go on."""

from __future__ import annotations

import subprocess
import sys
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

_STARTED = time.monotonic()


class BuildError(Exception):
    """The build cannot go on; the text tells the developer why and what to do."""


def say(text: str) -> None:
    """Print a line with the time since the start of the build."""
    minutes, seconds = divmod(int(time.monotonic() - _STARTED), 60)
    print(f"[{minutes}:{seconds:02}] {text}", flush=True)


def run(command: Sequence[str | Path], what: str, *, cwd: Path | None = None) -> None:
    """Run a command whose output is worth reading only if it fails."""
    done = subprocess.run(command, cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode != 0:
        raise BuildError(f"{what} failed (exit code {done.returncode}):\n{done.stdout}")


def run_with_log(
    command: Sequence[str | Path],
    what: str,
    *,
    log: Path,
    environment: dict[str, str],
    show: Callable[[str], bool],
) -> None:
    """Run a command for minutes: its output goes to a file, the lines that `show` picks to the terminal too."""
    with log.open("w", encoding="utf-8") as file:
        process = subprocess.Popen(
            command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
        )
        assert process.stdout is not None
        for line in process.stdout:
            file.write(line)
            if show(line):
                say("  " + " ".join(line.split()))
        code = process.wait()
    if code != 0:
        print(log.read_text(encoding="utf-8"), file=sys.stderr, flush=True)
        raise BuildError(f"{what} failed (exit code {code}); its output is above and in {log}")
