"""Build hook of the wheel: build the engine and put it into the package.

PYLOOP_BUILD=quick in the environment accepts an engine that is optimised less: `make build-quick`, for development.
"""

from __future__ import annotations

import os
import platform
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ENGINE = "target/native/_engine.abi3.so"
ENGINE_IN_WHEEL = "data_bridge/pyloop/_engine.abi3.so"
# Python reads it at its start, in the folder for packages.
STARTUP = "data_bridge_pyloop.pth"
# For NOTICE: which OpenJDK the engine holds parts of.
OPENJDK_RELEASE = "target/native/openjdk-release.txt"

# One engine for CPython 3.11 and all later ones; tools/check_wheel.py compares the glibc with what the engine needs.
TAG = "cp311-abi3-manylinux_2_17_x86_64"


class EngineBuildHook(BuildHookInterface):  # type: ignore[type-arg]
    """Runs before the files of a wheel are collected; an editable install counts as a wheel."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the engine and add it to the wheel."""
        root = Path(self.root)
        self._check_platform()
        self._check_version(root)
        command = [sys.executable, str(root / "tools" / "build_engine.py")]
        if os.environ.get("PYLOOP_BUILD") == "quick":
            command.append("--quick")
        if version == "editable":
            # Then the package is used where it lies, so the engine must lie there too.
            command.append("--copy")
        if subprocess.run(command, cwd=root, check=False).returncode != 0:
            self._fail("The engine could not be built; the reason is above.")
        if version == "editable":
            # The module beside it is found through the folder that an editable install adds to sys.path.
            build_data["force_include_editable"][str(root / "python" / STARTUP)] = STARTUP
        else:
            build_data["force_include"][str(root / ENGINE)] = ENGINE_IN_WHEEL
        build_data["extra_metadata"][str(root / OPENJDK_RELEASE)] = Path(OPENJDK_RELEASE).name
        build_data["pure_python"] = False
        build_data["tag"] = TAG

    def _check_platform(self) -> None:
        if sys.platform != "linux" or platform.machine() != "x86_64":
            self._fail(f"PyLoop runs on Linux on x86-64 only, not on {sys.platform} on {platform.machine()}.")

    def _check_version(self, root: Path) -> None:
        """The version is written twice, for Maven and for Python: refuse a half-done change."""
        pom = (root / "pom.xml").read_text(encoding="utf-8")
        match = re.search(r"<artifactId>databridge-pyloop</artifactId>.*?<version>([^<]+)</version>", pom, re.DOTALL)
        in_pom = match[1] if match else None
        if in_pom != self.metadata.version:
            self._fail(f"pom.xml has version {in_pom}, _version.py has {self.metadata.version}: make them equal.")

    def _fail(self, message: str) -> None:
        """End the build with a message instead of a traceback."""
        sys.stdout.flush()
        print(f"\nerror: {message}", file=sys.stderr, flush=True)
        raise SystemExit(1)
