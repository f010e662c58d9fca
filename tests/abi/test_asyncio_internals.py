"""What PyLoop does with asyncio's private functions comes to the same as what asyncio does."""

import asyncio
import inspect
from collections.abc import Iterator

import pytest

from data_bridge.pyloop import _asyncio_internals as internals


@pytest.fixture
def stock_loop() -> Iterator[asyncio.SelectorEventLoop]:
    """A loop of asyncio itself."""
    loop = asyncio.SelectorEventLoop()
    yield loop
    loop.close()


def test_a_descriptor_is_found_as_selectors_do(stock_loop: asyncio.SelectorEventLoop) -> None:
    assert internals.file_descriptor(stock_loop._csock) == stock_loop._csock.fileno()  # type: ignore[attr-defined]
    assert internals.file_descriptor(0) == 0
    with pytest.raises(ValueError, match="Invalid file"):
        internals.file_descriptor("no file")  # type: ignore[arg-type]


def test_a_failure_is_described_as_asyncio_does(stock_loop: asyncio.SelectorEventLoop) -> None:
    error = ValueError("x")

    def fail(_argument: str) -> None:
        raise error

    contexts: list[dict[str, object]] = []
    stock_loop.set_exception_handler(lambda _loop, context: contexts.append(context))
    for debug in (False, True):
        stock_loop.set_debug(debug)
        handle = asyncio.Handle(fail, ("secret",), stock_loop)
        handle._run()
        assert internals.callback_failure(handle, error) == contexts.pop()


def test_own_frames_of_a_source_traceback_are_dropped(stock_loop: asyncio.SelectorEventLoop) -> None:
    for handle_class in {asyncio.Handle, internals.ThreadSafeHandle or asyncio.Handle}:
        stock_loop.set_debug(False)
        handle = handle_class(print, (), stock_loop)
        internals.drop_own_frames(handle)
        assert not handle._source_traceback  # type: ignore[union-attr]
        stock_loop.set_debug(True)
        handle = handle_class(print, (), stock_loop)
        own = inspect.currentframe()
        assert own is not None
        internals.drop_own_frames(handle)
        assert handle._source_traceback[-1].name != own.f_code.co_name  # type: ignore[union-attr]
        assert own.f_back is not None
        assert handle._source_traceback[-1].name == own.f_back.f_code.co_name  # type: ignore[union-attr]
