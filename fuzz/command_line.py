"""The command `python -m fuzz`: runs a worker, shows progress, reports what differed and how to repeat it."""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT = Path(__file__).resolve().parents[1]
FAILURES = ROOT / "target" / "fuzz"
SUBJECT = "data_bridge.pyloop:new_event_loop"
PROGRESS_SECONDS = 5.0
FOREVER = 10**9


class Session:
    """The programs of one command, and what became of them."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.options = options
        self.started = time.monotonic()
        self.until = self.started + options.minutes * 60
        self.verdicts: Counter[str] = Counter()
        self.operations = 0
        self.seed = options.seed
        self.last = options.seed + options.programs
        self._reported = self.started

    def run(self) -> int:
        """Run workers, one after the other: a program that ends its worker is a difference, too."""
        while self.seed < self.last and time.monotonic() < self.until:
            if not self._worker():
                break
        self._progress()
        bad = self.verdicts["different"] + self.verdicts["crashed"]
        return 1 if bad or not sum(self.verdicts.values()) else 0

    def _worker(self) -> bool:
        command = [
            sys.executable, "-m", "fuzz.worker", f"--subject={self.options.subject}", f"--first={self.seed}",
            f"--count={self.last - self.seed}", f"--until={self.until}", f"--time-limit={self.options.time_limit}",
        ]  # fmt: skip
        if not self.options.no_shrink:
            command.append("--shrink")
        if self.options.program:
            command.append(f"--program={self.options.program.resolve()}")
        running = False
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
            assert process.stdout is not None
            for line in process.stdout:
                message = json.loads(line)
                running = message["kind"] == "begin"
                self._message(message)
                if self.options.stop and self.verdicts["different"]:
                    process.terminate()
                    return False
        if process.returncode == 0:
            return False
        if not running:
            print(f"the worker ended with status {process.returncode}", file=sys.stderr)
            self.verdicts["crashed"] += 1
            return False
        self.verdicts["crashed"] += 1
        print(
            f"seed {self.seed - 1}: the process ended with status {process.returncode}\n{self._repeat(self.seed - 1)}"
        )
        return not self.options.program

    def _message(self, message: dict[str, Any]) -> None:
        seed = message["seed"]
        if message["kind"] == "begin":
            self.operations += message["size"]
            self.seed = seed + 1
            return
        verdict = message["verdict"]
        self.verdicts[verdict] += 1
        if verdict != "same" and (verdict == "different" or self.options.verbose):
            print(f"seed {seed}: {verdict}", *message.get("program", ()), *message["details"], sep="\n")
            print(self._repeat(seed), flush=True)
            for program in message.get("json", ()):
                FAILURES.mkdir(parents=True, exist_ok=True)
                file = FAILURES / f"{seed}.json"
                file.write_text(program)
                print(f"or with: --program {file.relative_to(ROOT)}", flush=True)
        now = time.monotonic()
        if now - self._reported >= PROGRESS_SECONDS:
            self._reported = now
            self._progress()

    def _repeat(self, seed: int) -> str:
        return f"repeat with: {Path(sys.executable).name} -m fuzz --seed {seed} --programs 1 --verbose"

    def _progress(self) -> None:
        elapsed = max(time.monotonic() - self.started, 1e-9)
        programs = sum(self.verdicts.values())
        others = ", ".join(
            f"{self.verdicts[verdict]} {verdict}" for verdict in ("different", "crashed", "unconfirmed", "discarded")
        )
        print(
            f"{elapsed:6.0f} s: {programs} programs, {self.operations} operations, {others}; "
            f"{programs / elapsed:.0f} programs per second",
            flush=True,
        )


def main(arguments: Sequence[str] | None = None) -> int:
    """The status is 1 if there was a difference, or nothing was compared."""
    parser = argparse.ArgumentParser(
        prog="python -m fuzz", description="Compare PyLoop with asyncio on random programs."
    )
    parser.add_argument("--minutes", type=float, default=10.0, help="how long (10)")
    parser.add_argument("--seed", type=int, help="of the first program; random if not given")
    parser.add_argument(
        "--programs", type=int, default=FOREVER, help="how many at most, with seeds that follow the first"
    )
    parser.add_argument("--program", type=Path, help="run the program in this file instead")
    parser.add_argument("--subject", default=SUBJECT, metavar="MODULE:FUNCTION", help="what makes the loops to compare")
    parser.add_argument("--time-limit", type=float, default=20.0, help="seconds for one run of a program (20)")
    parser.add_argument("--stop", action="store_true", help="stop at the first difference")
    parser.add_argument("--no-shrink", action="store_true", help="show failing programs as they are")
    parser.add_argument(
        "--verbose", action="store_true", help="show programs that were discarded or not confirmed, too"
    )
    options = parser.parse_args(arguments)
    if options.seed is None:
        options.seed = random.SystemRandom().randrange(10**8) * 1000
    print(f"seeds from {options.seed}", flush=True)
    return Session(options).run()
