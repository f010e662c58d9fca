"""On a Python newer than those PyLoop knows, loops run if asyncio fits, and else the first loop says what has moved."""

from support.loop_kinds import Done, run_python

UNKNOWN = """
import asyncio, sys
sys.version_info = (4, 0, 0, "final", 0)
"""

USE = """
import data_bridge.pyloop as pyloop

async def main():
    server = await asyncio.start_server(lambda reader, writer: writer.close(), "127.0.0.1", 0)
    async with server:
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        print(await reader.read())
        writer.close()

def attempt():
    try:
        pyloop.new_event_loop().close()
    except ImportError as error:
        print(type(error).__name__, error)
    else:
        pyloop.run(main())
"""


def run(program: str) -> Done:
    done = run_python("-c", UNKNOWN + program)
    assert (done.stderr, done.returncode) == ("", 0)
    return done


def test_loop_runs_where_nothing_has_moved() -> None:
    assert run(USE + "attempt()").stdout == "b''\n"


def test_name_that_has_moved() -> None:
    done = run("del asyncio.selector_events._SelectorDatagramTransport\n" + USE + "attempt()")
    assert done.stdout.startswith("ImportError PyLoop does not fit asyncio of Python")
    assert "asyncio has no selector_events._SelectorDatagramTransport" in done.stdout


def test_method_that_takes_more() -> None:
    moved = """
asyncio.SelectorEventLoop._make_socket_transport = lambda self, sock, protocol, waiter=None, *, new=None: None
"""
    done = run(moved + USE + "attempt()\nattempt()")
    first, again = done.stdout.splitlines()
    assert "TransportFactory._make_socket_transport(" in first
    assert "overrides _make_socket_transport(self, sock, protocol, waiter=None, *, new=None)" in first
    assert again == first


def test_known_python_is_not_compared() -> None:
    done = run_python(
        "-c", "import asyncio, sys" + USE + "attempt(); print('data_bridge.pyloop._seams' in sys.modules)"
    )
    assert (done.stdout, done.stderr) == ("b''\nFalse\n", "")
