"""On a Python newer than those PyLoop knows, loops run if asyncio fits, and else the first loop says what has moved."""

from support.loop_kinds import run_python
from support.project import path_with_tests


def says(program: str) -> str:
    environment = {"PYTHONPATH": path_with_tests()}
    done = run_python("-m", "abi.programs.unknown_python", program, environment=environment)
    assert (done.stderr, done.returncode) == ("", 0)
    return done.stdout


def test_loop_runs_where_nothing_has_moved() -> None:
    assert says("nothing_has_moved") == "b''\n"


def test_name_that_has_moved() -> None:
    text = says("name_has_moved")
    assert text.startswith("ImportError PyLoop does not fit asyncio of Python")
    assert "asyncio has no selector_events._SelectorDatagramTransport" in text


def test_method_that_takes_more() -> None:
    first, again = says("method_takes_more").splitlines()
    assert "TransportFactory._make_socket_transport(" in first
    assert "overrides _make_socket_transport(self, sock, protocol, waiter=None, *, new=None)" in first
    assert again == first


def test_known_python_is_not_compared() -> None:
    assert says("python_is_known") == "b''\nFalse\n"
