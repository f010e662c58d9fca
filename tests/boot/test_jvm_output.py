"""What the JVM says while the engine runs, from a thread of its own and at any moment."""

from collections.abc import Callable

_BUSY = """
from data_bridge.pyloop import new_event_loop
loop = new_event_loop()
for _ in range(60):
    for _ in range(5000):
        loop.call_soon(int)
    loop.call_soon(loop.stop)
    loop.run_forever()
loop.close()
print("done")
"""


def test_log_of_a_safepoint_does_not_wait_for_the_gil(run: Callable[..., object]) -> None:
    """The thread that holds the GIL waits for the safepoint, so a message that needed the GIL would hang both."""
    result = run(_BUSY, PYLOOP_JVM_OPTIONS="-Xlog:safepoint,gc:stderr")
    assert (result.returncode, result.stdout) == (0, "done\n"), result  # type: ignore[attr-defined]
    assert "[gc" in result.stderr  # type: ignore[attr-defined]
    assert "Safepoint" in result.stderr  # type: ignore[attr-defined]


def test_a_quiet_jvm_says_nothing(run_clean: Callable[..., str]) -> None:
    assert run_clean(_BUSY) == "done\n"
