"""PyLoop and the asyncio of this Python fit together: nothing has moved of what `_seams` lists, and it lists all."""

import asyncio
import inspect
from asyncio import base_events, selector_events
from typing import Any

import pytest

from data_bridge.pyloop import _seams

KNOWN_METHODS_OF_TRANSPORTS = """
    _add_reader _add_writer _adjust_leftover_buffer _call_connection_lost _call_soon _close _fatal_error _force_close
    _get_sendmsg_buffer _make_empty_waiter _maybe_pause_protocol _maybe_resume_protocol _read_ready
    _read_ready__data_received _read_ready__get_buffer _read_ready__on_eof _reset_empty_waiter _sendto_ready
    _set_write_buffer_limits _write_ready _write_send _write_sendmsg
"""
KNOWN_METHODS_OF_LOOPS = """
    _accept_connection _accept_connection2 _add_callback _add_callback_signalsafe _add_reader _add_writer
    _asyncgen_finalizer_hook _asyncgen_firstiter_hook _call_soon _check_callback _check_closed _check_default_executor
    _check_running _check_sendfile_params _check_signal _check_thread _child_watcher_callback _close_self_pipe
    _connect_sock _create_connection_transport _create_server_getaddrinfo _do_shutdown _ensure_fd_no_transport
    _ensure_resolved _getaddrinfo_debug _handle_signal _log_subprocess _make_datagram_transport
    _make_read_pipe_transport _make_self_pipe _make_socket_transport _make_ssl_transport _make_subprocess_transport
    _make_write_pipe_transport _process_events _process_self_data _read_from_self _remove_reader _remove_writer
    _run_forever_cleanup _run_forever_setup _run_once _sendfile_fallback _sendfile_native
    _set_coroutine_origin_tracking _sock_accept _sock_add_cancellation_callback _sock_connect _sock_connect_cb
    _sock_read_done _sock_recv _sock_recv_into _sock_recvfrom _sock_recvfrom_into _sock_sendall
    _sock_sendfile_fallback _sock_sendfile_native _sock_sendfile_native_impl _sock_sendfile_update_filepos
    _sock_sendto _sock_write_done _start_serving _stop_serving _timer_handle_cancelled _write_to_self
"""

StreamTransport: Any = selector_events._SelectorSocketTransport  # type: ignore[attr-defined]
Loop = asyncio.SelectorEventLoop


def test_nothing_that_is_used_has_moved() -> None:
    assert list(_seams.moved_names()) == []


@pytest.mark.parametrize("cls", _seams.overriding_classes(), ids=lambda cls: cls.__name__)
def test_overriding_methods_take_what_the_overridden_do(cls: type) -> None:
    assert list(_seams.moved_methods([cls])) == []


@pytest.mark.parametrize(
    ("path", "known"),
    [
        ("unix_events.SelectorEventLoop", KNOWN_METHODS_OF_LOOPS),
        ("selector_events._SelectorSocketTransport", KNOWN_METHODS_OF_TRANSPORTS),
        ("selector_events._SelectorDatagramTransport", KNOWN_METHODS_OF_TRANSPORTS),
        ("unix_events._UnixReadPipeTransport", KNOWN_METHODS_OF_TRANSPORTS),
        ("unix_events._UnixWritePipeTransport", KNOWN_METHODS_OF_TRANSPORTS),
    ],
)
def test_no_private_method_is_new(path: str, known: str) -> None:
    """A new one may do what PyLoop has to do in another way; it is added to the list once somebody has looked at it."""
    module, name = path.split(".")
    cls = getattr(getattr(asyncio, module), name)
    methods = {name for name, _ in inspect.getmembers(cls, inspect.isfunction)}
    private = {name for name in methods if name.startswith("_") and not name.startswith("__")}
    assert private - set(known.split()) == set()


# That the comparison sees changes, and says what has changed.


def test_attribute_that_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(base_events.BaseEventLoop, "_check_running")
    for function in ("run_forever", "run_until_complete", "_run_forever_setup"):
        monkeypatch.delattr(base_events.BaseEventLoop, function, raising=False)
    assert list(_seams.moved_names()) == ["unix_events.SelectorEventLoop has no _check_running"]


def test_class_that_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(selector_events, "_SelectorSocketTransport")
    moved = list(_seams.moved_names())
    assert "asyncio has no selector_events._SelectorSocketTransport" in moved


def test_slot_that_is_new(monkeypatch: pytest.MonkeyPatch) -> None:
    class Handle(asyncio.Handle):
        __slots__ = (*_seams.SLOTS["events.Handle"], "_new")

    monkeypatch.setattr(asyncio.events, "Handle", Handle)
    assert list(_seams.moved_names()) == ["the slot _new of events.Handle is new or gone"]


def test_constructor_that_assigns_more(monkeypatch: pytest.MonkeyPatch) -> None:
    class Transport(StreamTransport):  # type: ignore[misc]
        def __init__(self) -> None:
            self._new = True

    monkeypatch.setattr(selector_events, "_SelectorSocketTransport", Transport)
    assert list(_seams.moved_names()) == ["the constructor of selector_events._SelectorSocketTransport assigns _new"]


def test_function_that_wants_other_arguments(monkeypatch: pytest.MonkeyPatch) -> None:
    def attach(self: object, transport: object, context: object) -> None:
        pass

    monkeypatch.setattr(base_events.Server, "_attach", attach)
    (moved,) = _seams.moved_names()
    assert moved.startswith("base_events.Server._attach(self")
    assert moved.endswith("is called in another way")


@pytest.mark.parametrize(
    ("parameters", "fits"),
    [
        ("self, sock, protocol, waiter=None, *, extra=None, server=None", True),
        ("self, sock, protocol, waiter=None, *, extra=None, server=None, new=None", False),
        ("self, sock, protocol, waiter=None, other=None", False),
        ("self, sock, protocol, waiter=None, *more", False),
        ("self, sock, protocol, waiter=None, **more", False),
        ("self, sock, other, waiter=None", False),
        ("self, sock", False),
    ],
)
def test_overridden_method_that_takes_others(monkeypatch: pytest.MonkeyPatch, parameters: str, fits: bool) -> None:
    namespace: dict[str, Any] = {}
    exec(f"def _make_socket_transport({parameters}): pass", namespace)
    monkeypatch.setattr(
        selector_events.BaseSelectorEventLoop, "_make_socket_transport", namespace["_make_socket_transport"]
    )
    moved = list(_seams.moved_methods(_seams.overriding_classes()))
    assert (moved == []) == fits
    assert all("overrides _make_socket_transport(self" in change for change in moved)


def test_what_has_moved_is_named_with_a_way_out() -> None:
    _seams.refuse_if_moved([])
    with pytest.raises(ImportError, match=r"asyncio of Python 3.*\(one; two\); use a newer PyLoop or asyncio's own"):
        _seams.refuse_if_moved(["one", "two"])
