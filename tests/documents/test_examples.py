"""The example programs print the same and end the same way on asyncio and on PyLoop, without any change to them."""

import pytest

from support.loop_kinds import ASYNCIO, LoopKind, run_python
from support.project import EXAMPLES

EXPECTED = {
    "echo_streams.py": "20 clients, 1000 of 1000 lines echoed\n",
    "tls_pair.py": "TLSv1.3\nlocalhost\nHELLO\nENCRYPTED\nWORLD\n950000 bytes in bulk\n",
    "timers_100k.py": "ran 50000, cancelled 50000\nearly 0, in order True\n",
    "subprocess_pipes.py": (
        "1 2 3 -> 6\n40 2 -> 42\n100 200 300 -> 600\nexit code 3\n"
        "distinct numbers 1000 exit code 0\n"
        "ended by signal 15\n"
        "exit codes [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]\n"
    ),
    "thread_pool.py": (
        "40 digests, all of them: 645dd237185dcbd50c502d86fd419a79f3eb9942c69d66284e174274f571355c\n"
        "reports from threads: True\n"
        "loop kept ticking: True\n"
    ),
}


def test_every_example_is_tested() -> None:
    assert {path.name for path in EXAMPLES.glob("*.py")} == set(EXPECTED)


@pytest.mark.parametrize("name", EXPECTED)
def test_example_does_not_mention_the_loop(name: str) -> None:
    assert "pyloop" not in (EXAMPLES / name).read_text().lower()


@pytest.mark.parametrize("name", EXPECTED)
def test_example(kind: LoopKind, name: str) -> None:
    launcher = () if kind is ASYNCIO else ("-m", "data_bridge.pyloop")
    done = run_python(*launcher, str(EXAMPLES / name))
    assert (done.stdout, done.stderr, done.returncode) == (EXPECTED[name], "", 0)
