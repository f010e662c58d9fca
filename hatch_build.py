"""Build hook of the wheel: compile the Java engine with Maven and put its jar into the package."""

from __future__ import annotations

import platform
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

JAR = "target/databridge-pyloop.jar"
JAR_IN_WHEEL = "data_bridge/pyloop/_engine/databridge-pyloop.jar"


class EngineBuildHook(BuildHookInterface):  # type: ignore[type-arg]
    """Runs before the files of a wheel are collected; an editable install counts as a wheel."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the jar and add it to the wheel."""
        root = Path(self.root)
        self._check_platform()
        self._check_version(root)
        maven = [sys.executable, str(root / "tools" / "maven.py"), "--quiet", "--batch-mode"]
        if subprocess.run([*maven, "package", "-DskipTests"], cwd=root, check=False).returncode != 0:
            self._fail("The Java engine could not be built; the reason is above.")
        if version == "editable":
            # Then the package is used where it lies, so the jar must lie there too.
            beside_package = root / "python" / JAR_IN_WHEEL
            beside_package.parent.mkdir(exist_ok=True)
            shutil.copyfile(root / JAR, beside_package)
        else:
            build_data["force_include"][str(root / JAR)] = JAR_IN_WHEEL
        # No compiled code, hence no ABI tag. Yet the engine knows the structs and calls of this platform alone, so
        # an installer should refuse the wheel elsewhere rather than the loop at run time.
        build_data["pure_python"] = False
        build_data["tag"] = "py3-none-linux_x86_64"

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
