"""What is compared with asyncio on PyLoop: other loops below asyncio, and other frameworks."""

from __future__ import annotations

import importlib.metadata
import importlib.util
from dataclasses import dataclass

from benchmarks.harness.loops import BASE, LOOPS, SUBJECT, LoopSpec


@dataclass(frozen=True)
class Framework(LoopSpec):
    """A framework and what it runs on: `module` holds its programs, `factory` names a loop of `LOOPS` or nothing."""

    package: str | None = None
    """What must be installed besides the loop."""

    def version(self) -> str:
        """The versions of the package and of the loop, as far as it has them."""
        texts = [f"{self.package} {importlib.metadata.version(self.package)}"] if self.package else []
        texts += [f"{self.factory} {LOOPS[self.factory].version()}"] if self.factory else []
        return " on ".join(texts)

    def missing(self) -> str | None:
        """Why it cannot run here; None if it can."""
        modules = [LOOPS[self.factory].module] if self.factory else []
        for module in (*modules, self.package):
            # The loop's module can be below a package that is not there either.
            if module and importlib.util.find_spec(module.partition(".")[0]) is None:
                return f"the package {module.partition('.')[0]} is not installed"
        if self.package:
            try:
                importlib.import_module(self.package)
            except Exception as error:  # curio, for one, uses what newer Pythons have removed
                return f"{self.package} cannot be imported: {type(error).__name__}: {error}"
        return None


FRAMEWORKS: dict[str, Framework] = {
    framework.name: framework
    for framework in (
        Framework(BASE, "asyncio_programs", BASE, required=True),
        Framework("uvloop", "asyncio_programs", "uvloop"),
        Framework(f"anyio on {SUBJECT}", "anyio_programs", SUBJECT, package="anyio"),
        Framework("trio", "trio_programs", "", package="trio"),
        Framework("curio", "curio_programs", "", package="curio"),
        Framework("gevent", "gevent_programs", "", package="gevent"),
        Framework(SUBJECT, "asyncio_programs", SUBJECT, required=True),
    )
}
