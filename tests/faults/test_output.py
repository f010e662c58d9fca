"""Nothing is written that the program has not written: not to its streams, not into its directories."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

PROGRAM = """
import asyncio, fault_workloads
from data_bridge.pyloop import new_event_loop
for workload in fault_workloads.WORKLOADS.values():
    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        runner.run(workload())
print("done")
"""

ENVIRONMENTS = {
    "plain": {},
    "tool options": {"JAVA_TOOL_OPTIONS": "-Xlog:gc:stdout -Dsome.property=1", "_JAVA_OPTIONS": "-Xlog:gc:stdout"},
    "bad class archive": {"PYLOOP_JVM_OPTIONS": "-XX:SharedArchiveFile={garbage}"},
    "missing class archive": {"PYLOOP_JVM_OPTIONS": "-XX:SharedArchiveFile={garbage}.not"},
    "no large pages": {"PYLOOP_JVM_OPTIONS": "-XX:+UseLargePages"},
    "no transparent huge pages": {"PYLOOP_JVM_OPTIONS": "-XX:+UseTransparentHugePages"},
    "other locale": {"LC_ALL": "C", "LANG": "tr_TR.UTF-8"},
    "faulthandler off": {"PYLOOP_FAULTHANDLER": "0"},
    "small heap": {"PYLOOP_JVM_OPTIONS": "-Xmx12m -XX:-UseSystemMemoryBarrier"},
}


@pytest.mark.parametrize("variables", ENVIRONMENTS.values(), ids=ENVIRONMENTS)
def test_streams_have_what_the_program_writes(
    run: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path, variables: dict[str, str]
) -> None:
    garbage = tmp_path / "garbage.jsa"
    garbage.write_bytes(b"no archive" * 1000)
    result = run(PROGRAM, **{name: value.format(garbage=garbage) for name, value in variables.items()})
    assert (result.returncode, result.stdout, result.stderr) == (0, "done\n", "")
    assert list((tmp_path / "cwd").iterdir()) == []
    assert list((tmp_path / "tmp").iterdir()) == []


def test_the_bad_archive_is_looked_at(run: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path) -> None:
    """Where the JVM must not go on without the archive, it does not."""
    garbage = tmp_path / "garbage.jsa"
    garbage.write_bytes(b"no archive" * 1000)
    result = run(PROGRAM, PYLOOP_JVM_OPTIONS=f"-XX:SharedArchiveFile={garbage} -Xshare:on")
    assert result.returncode == 1
    assert result.stdout == ""
    assert "Error: " in result.stderr
