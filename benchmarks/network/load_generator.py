"""The load generator's process, and the server that shows the limit, which comes in the same jar."""

from __future__ import annotations

import re
import runpy
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.harness.failures import FailedError
from benchmarks.network.processes import JsonProcess, run_time

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT = Path(__file__).resolve().parents[2]
JAR = Path(__file__).resolve().parent / "loadgen" / "target" / "loadgen.jar"
JDK_RULE = ROOT / "tools" / "jdk.py"
LIMIT_CLASS = "databridge.pyloop.loadgen.EpollServer"
TLS_LIMIT_CLASS = "databridge.pyloop.loadgen.TlsServer"
ANSWER_SECONDS = 30.0


def java_command(*arguments: str) -> list[str]:
    """Java, found by the rule that the build of the jar obeys, with the jar."""
    if not JAR.exists():
        raise FailedError(f"{JAR.name} is missing: run `make loadgen`")
    rule = runpy.run_path(str(JDK_RULE))
    try:
        home = rule["find_java_home"]()
    except rule["JdkNotFoundError"] as error:
        raise FailedError(str(error)) from None
    # Serial, so that no thread of the collector works beside the one that is measured.
    options = ["-XX:+UseSerialGC", "-Xmx256m", "-Xshare:auto", "--enable-native-access=ALL-UNNAMED"]
    return [str(home / "bin" / "java"), *options, "-cp", str(JAR), *arguments]


def limit_command(kind: str, size: int, path: str | None) -> Sequence[str]:
    """The command of the server that shows the limit."""
    return java_command(LIMIT_CLASS, kind, str(size), *([path] if path else []))


def tls_limit_command(kind: str, size: int, certificate: str, version: str | None) -> Sequence[str]:
    """The command of the server that shows the limit of TLS, with the OpenSSL that Python's `ssl` uses."""
    return java_command(TLS_LIMIT_CLASS, kind, str(size), loaded_libssl(), certificate, *([version] if version else []))


def loaded_libssl() -> str:
    """The shared library behind Python's `ssl`."""
    import _ssl  # noqa: F401

    found = re.search(r"(/\S*/libssl\S*)$", Path("/proc/self/maps").read_text(), re.MULTILINE)
    if found is None:
        raise FailedError("Python's ssl has no shared libssl that could be called")
    return found[1]


class LoadGenerator:
    """One process for the whole run, so that it is warm for all and the same for all."""

    def __init__(self, cpu: int | None) -> None:
        self._process = JsonProcess(java_command("databridge.pyloop.loadgen.LoadGenerator"), cpu, {})

    def open(self, name: str, words: dict[str, str | int]) -> None:
        """Connect to a server; the name is for the other commands."""
        self._ask(f"open {name} " + " ".join(f"{key}={value}" for key, value in words.items()))

    def run(self, name: str, seconds: float) -> dict[str, Any]:
        """Load a server for so long."""
        # Its compiler and collector need processor time too, and can be what limits.
        before = run_time(self._process.pid, self._process.pid)
        window = self._ask(f"run {name} {seconds}", seconds)
        after = run_time(self._process.pid, self._process.pid)
        return window | {"client_cpu": after.process - before.process}

    def disconnect(self, name: str) -> None:
        """Close the connections to a server."""
        self._ask(f"close {name}")

    def close(self) -> None:
        """End it."""
        self._process.close()

    def _ask(self, line: str, extra: float = 0) -> dict[str, Any]:
        self._process.write(line)
        return self._process.read(ANSWER_SECONDS + extra)
