"""Calls of a transport's methods with the wrong arguments raise what a Python function raises."""

from typing import Any

import pytest

from data_bridge.pyloop._asyncio_internals import SelectorSocketTransport
from support.loop_kinds import Loop
from support.peers.streams import Recorder, connected

WRONG: list[tuple[tuple[Any, ...], dict[str, Any]]] = [
    ((), {}),
    ((b"a", b"b"), {}),
    ((b"a",), {"other": b"b"}),
    ((), {"other": b"b"}),
    ((), {"data": b"a", "other": b"b"}),
]


@pytest.mark.parametrize("method", ["write", "writelines", "set_protocol"])
@pytest.mark.parametrize(("positional", "named"), WRONG)
def test_wrong_arguments(loop: Loop, method: str, positional: tuple[Any, ...], named: dict[str, Any]) -> None:
    protocol = Recorder()
    with connected(loop, protocol):
        with pytest.raises(TypeError) as expected:
            getattr(SelectorSocketTransport, method)(protocol.transport, *positional, **named)
        with pytest.raises(TypeError) as raised:
            getattr(protocol.transport, method)(*positional, **named)
        assert str(raised.value) == str(expected.value)
        assert protocol.transport.get_protocol() is protocol
        assert protocol.transport.get_write_buffer_size() == 0
