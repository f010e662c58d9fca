"""The engine's Python types, made and used in every wrong way: exceptions, and never a crash or a hang."""

from pathlib import Path

import pytest

from support.loop_kinds import PYLOOP

PROGRAM = "survival.misuse.programs.wrong_construction"


@pytest.mark.parametrize(
    "names",
    [
        ("LoopCore", "Handle", "TimerHandle"),
        ("AcceptorCore", "AcceptedCore", "DatagramCore", "ReadPipeCore", "WritePipeCore", "StreamCore"),
    ],
    ids=["scheduling", "transports"],
)
def test_wrong_construction_is_an_exception(names: tuple[str, ...], tmp_path: Path) -> None:
    progress = tmp_path / "progress"
    done = PYLOOP.run_module(PROGRAM, str(progress), *names)
    last = progress.read_text().splitlines()[-1:]
    assert (done.stdout, done.stderr, done.returncode) == ("True True True\n" * len(names), "", 0), last
