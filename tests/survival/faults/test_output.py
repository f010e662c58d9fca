"""Nothing is written that the program has not written: not to its streams, not into its directories."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

PROGRAM = """
import asyncio
from support import workloads
from data_bridge.pyloop import new_event_loop
for workload in workloads.WORKLOADS.values():
    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        runner.run(workload())
print("done")
"""

ENVIRONMENTS = {
    "plain": {},
    "other locale": {"LC_ALL": "C", "LANG": "tr_TR.UTF-8"},
    "options of a JVM": {"JAVA_TOOL_OPTIONS": "-Xlog:gc:stdout -Dsome.property=1", "_JAVA_OPTIONS": "-verbose"},
}


@pytest.mark.parametrize("variables", ENVIRONMENTS.values(), ids=ENVIRONMENTS)
@pytest.mark.parametrize("options", [(), ("-X", "faulthandler")], ids=["", "faulthandler"])
def test_streams_have_what_the_program_writes(
    run: Callable[..., subprocess.CompletedProcess[str]],
    tmp_path: Path,
    variables: dict[str, str],
    options: tuple[str, ...],
) -> None:
    result = run(PROGRAM, options=options, **variables)
    assert (result.returncode, result.stdout, result.stderr) == (0, "done\n", "")
    assert list((tmp_path / "cwd").iterdir()) == []
    assert list((tmp_path / "tmp").iterdir()) == []
