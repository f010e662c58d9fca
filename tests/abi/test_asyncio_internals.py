"""The private names of asyncio that PyLoop relies on exist in the asyncio of this Python."""

import asyncio
import inspect
import types
from collections.abc import Iterator

import pytest

from data_bridge.pyloop import _asyncio_internals as internals


@pytest.fixture
def stock_loop() -> Iterator[asyncio.SelectorEventLoop]:
    """A loop of asyncio itself."""
    loop = asyncio.SelectorEventLoop()
    yield loop
    loop.close()


@pytest.mark.parametrize("name", internals.LOOP_ATTRIBUTES)
def test_loop_has(stock_loop: asyncio.SelectorEventLoop, name: str) -> None:
    assert hasattr(stock_loop, name)


@pytest.mark.parametrize("name", internals.HANDLE_SLOTS)
def test_handle_has_the_slot(name: str) -> None:
    assert isinstance(vars(asyncio.Handle)[name], types.MemberDescriptorType)


@pytest.mark.parametrize("name", internals.TIMER_HANDLE_SLOTS)
def test_timer_handle_has_the_slot(name: str) -> None:
    assert isinstance(vars(asyncio.TimerHandle)[name], types.MemberDescriptorType)


def test_handle_has_no_slot_that_is_not_known() -> None:
    """A new slot would be one that handles made by the engine leave unset."""
    slots = {name for name, value in vars(asyncio.Handle).items() if inspect.ismemberdescriptor(value)}
    assert slots == set(internals.HANDLE_SLOTS)
    slots = {name for name, value in vars(asyncio.TimerHandle).items() if inspect.ismemberdescriptor(value)}
    assert slots == set(internals.TIMER_HANDLE_SLOTS)


def test_no_name_is_listed_twice() -> None:
    for names in (internals.LOOP_ATTRIBUTES, internals.HANDLE_SLOTS, internals.TIMER_HANDLE_SLOTS):
        assert len(set(names)) == len(names)


def test_a_descriptor_is_found_as_selectors_do(stock_loop: asyncio.SelectorEventLoop) -> None:
    assert internals.file_descriptor(stock_loop._csock) == stock_loop._csock.fileno()
    assert internals.file_descriptor(0) == 0
    with pytest.raises(ValueError, match="Invalid file"):
        internals.file_descriptor("no file")  # type: ignore[arg-type]


def test_a_failure_is_described_as_asyncio_does(stock_loop: asyncio.SelectorEventLoop) -> None:
    error = ValueError("x")

    def fail() -> None:
        raise error

    contexts: list[dict[str, object]] = []
    stock_loop.set_exception_handler(lambda _loop, context: contexts.append(context))
    for debug in (False, True):
        stock_loop.set_debug(debug)
        handle = asyncio.Handle(fail, (), stock_loop)
        handle._run()
        assert internals.callback_failure(handle, error) == contexts.pop()


def test_the_last_frame_of_a_source_traceback_is_dropped(stock_loop: asyncio.SelectorEventLoop) -> None:
    handle = asyncio.Handle(print, (), stock_loop)
    internals.drop_last_frame(handle)
    assert not handle._source_traceback  # type: ignore[attr-defined]
    stock_loop.set_debug(True)
    handle = asyncio.Handle(print, (), stock_loop)
    before = list(handle._source_traceback)  # type: ignore[attr-defined]
    internals.drop_last_frame(handle)
    assert list(handle._source_traceback) == before[:-1]  # type: ignore[attr-defined]
