"""The seams between PyLoop and asyncio: the private names that PyLoop reads, calls and overrides.

A test compares them with the running Python. On a Python newer than those that PyLoop knows, creating the first loop
compares them, too, and an ImportError names what has changed. Names are relative to the package `asyncio`.
"""

from __future__ import annotations

import dis
import inspect
import sys
from asyncio import events
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

_LOOP = "unix_events.SelectorEventLoop"
_STREAM = "selector_events._SelectorSocketTransport"
_DATAGRAM = "selector_events._SelectorDatagramTransport"
_READ_PIPE = "unix_events._UnixReadPipeTransport"
_WRITE_PIPE = "unix_events._UnixWritePipeTransport"
_TLS = "sslproto.SSLProtocol"
_TLS_TRANSPORT = "sslproto._SSLProtocolTransport"
_SERVER = "base_events.Server"

ATTRIBUTES = {
    _LOOP: (
        *("_csock", "_ssock", "_current_handle", "_ready", "_scheduled", "_selector", "_signal_handlers"),
        *("_check_callback", "_check_closed", "_check_running", "_check_thread"),
        *("_connect_sock", "_create_connection_transport", "_ensure_resolved"),
        *("_ensure_fd_no_transport", "_make_datagram_transport", "_make_socket_transport", "_make_ssl_transport"),
        *("_make_read_pipe_transport", "_make_write_pipe_transport", "_sendfile_native", "_start_serving"),
        *("_transports",),
        *("_process_self_data", "_run_once", "_task_factory", "_write_to_self"),
        *("_add_reader", "_add_writer", "_remove_reader", "_remove_writer", "_timer_handle_cancelled"),
        *("_closed", "_debug", "_stopping"),
    ),
    _STREAM: (
        *("_add_reader", "_buffer", "_call_connection_lost", "_closing", "_conn_lost", "_empty_waiter", "_eof"),
        *("_extra", "_fatal_error", "_force_close", "_high_water", "_loop", "_low_water", "_maybe_pause_protocol"),
        *("_maybe_resume_protocol", "_paused", "_protocol", "_protocol_connected", "_protocol_paused", "_read_ready"),
        *("_read_ready__on_eof", "_reset_empty_waiter", "_server", "_sock", "_sock_fd"),
    ),
    _DATAGRAM: (
        *("_add_reader", "_address", "_buffer", "_buffer_size", "_call_connection_lost", "_closing", "_conn_lost"),
        *("_extra", "_fatal_error", "_force_close", "_maybe_pause_protocol", "_maybe_resume_protocol", "_paused"),
        *("_protocol", "_read_ready", "_sendto_ready", "_sock", "_sock_fd"),
    ),
    _READ_PIPE: (
        *("_add_reader", "_call_connection_lost", "_closing", "_extra", "_fatal_error", "_fileno", "_loop", "_paused"),
        *("_pipe", "_protocol", "_read_ready", "max_size"),
    ),
    _WRITE_PIPE: (
        *("_buffer", "_call_connection_lost", "_close", "_closing", "_conn_lost", "_extra", "_fatal_error", "_fileno"),
        *("_loop", "_maybe_pause_protocol", "_maybe_resume_protocol", "_pipe", "_protocol", "_read_ready"),
        *("_write_ready",),
    ),
    _TLS: (
        *("_app_state", "_outgoing", "_server_hostname", "_server_side", "_set_app_protocol", "_ssl_buffer"),
        *("_ssl_buffer_view", "_ssl_handshake_timeout", "_ssl_shutdown_timeout", "_waiter"),
        *("_app_protocol", "_app_protocol_is_buffer", "_app_reading_paused", "_app_transport", "_app_writing_paused"),
        *("_app_transport_created", "_call_eof_received", "_control_app_writing", "_control_ssl_reading", "_do_flush"),
        *("_do_handshake", "_do_shutdown", "_eof_received", "_on_handshake_complete", "_on_shutdown_complete"),
        *("_shutdown_timeout_handle",),
        *("_do_read", "_do_write", "_fatal_error", "_get_app_transport", "_incoming", "_incoming_high_water"),
        *("_incoming_low_water", "_loop", "_outgoing_high_water", "_outgoing_low_water", "_process_outgoing"),
        *("_ssl_reading_paused", "_ssl_writing_paused", "_sslcontext", "_sslobj", "_start_shutdown", "_state"),
        *("_set_state", "_start_handshake"),
        *("_transport", "_write_backlog", "_write_buffer_size", "buffer_updated", "max_size"),
    ),
    _TLS_TRANSPORT: ("_closed", "_sendfile_compatible", "_ssl_protocol", "_start_tls_compatible"),
    "constants._SendfileMode": ("FALLBACK", "TRY_NATIVE"),
    "streams.StreamReaderProtocol": ("_stream_reader",),
    "streams.StreamReader": ("_buffer",),
    _SERVER: ("_attach", "_detach"),
    "events.Handle": ("_run",),
}
"""The attributes that PyLoop or its engine reads, sets or replaces on instances of each class."""

SLOTS = {
    "events.Handle": ("_args", "_callback", "_cancelled", "_context", "_loop", "_repr", "_source_traceback"),
    "events.TimerHandle": ("_scheduled", "_when"),
    **({"events._ThreadSafeHandle": ("_lock",)} if hasattr(events, "_ThreadSafeHandle") else {}),
}
"""All slots of the classes that the engine's handles extend. The engine would leave a new one unset."""

ASSIGNED_BY_CONSTRUCTOR = (
    *("_buffer", "_buffer_size", "_closing", "_conn_lost", "_context", "_empty_waiter", "_eof", "_extra", "_loop"),
    *("_paused", "_protocol", "_protocol_connected", "_protocol_paused", "_read_ready_cb", "_server", "_sock"),
    *("_sock_fd", "_write_ready"),
)
"""The attributes that constructors of asyncio's stream transport may assign; PyLoop's transports replace these."""

ASSIGNED_BY_TLS_CONSTRUCTOR = (
    *("_app_reading_paused", "_app_state", "_app_transport", "_app_transport_created", "_app_writing_paused"),
    *("_conn_lost", "_eof_received", "_extra", "_incoming", "_incoming_high_water", "_incoming_low_water", "_loop"),
    *("_outgoing", "_outgoing_high_water", "_outgoing_low_water", "_server_hostname", "_server_side", "_ssl_buffer"),
    *("_ssl_buffer_view", "_ssl_handshake_timeout", "_ssl_reading_paused", "_ssl_shutdown_timeout"),
    *("_ssl_writing_paused", "_sslcontext", "_sslobj", "_state", "_transport", "_waiter", "_write_backlog"),
    *("_write_buffer_size",),
)
"""The same for asyncio's TLS protocol."""

CALLS: dict[str, tuple[tuple[int, tuple[str, ...]], ...]] = {
    "base_events._format_handle": ((1, ()),),
    "events.Handle": ((4, ()),),
    "events._get_running_loop": ((0, ()),),
    "format_helpers._format_callback_source": ((2, ()), (2, ("debug",))),
    "futures._set_result_unless_cancelled": ((2, ()),),
    "selector_events.selectors._fileobj_to_fd": ((1, ()),),
    _TLS: ((6, ("call_connection_made", "ssl_handshake_timeout", "ssl_shutdown_timeout")),),
    f"{_TLS}._set_app_protocol": ((2, ()),),
    "transports._FlowControlMixin.__init__": ((3, ()),),
    "trsock.TransportSocket": ((1, ()),),
    _DATAGRAM: ((6, ()),),
    _READ_PIPE: ((5, ()),),
    _WRITE_PIPE: ((5, ()),),
    f"{_LOOP}._check_callback": ((3, ()),),
    f"{_LOOP}._connect_sock": ((3, ()),),
    f"{_LOOP}._create_connection_transport": (
        (3, ("server_hostname", "ssl", "ssl_handshake_timeout", "ssl_shutdown_timeout")),
    ),
    f"{_LOOP}._ensure_resolved": ((2, ("family", "loop", "proto", "type")),),
    f"{_LOOP}._ensure_fd_no_transport": ((2, ()),),
    f"{_LOOP}._process_self_data": ((2, ()),),
    f"{_LOOP}._sendfile_native": ((5, ()),),
    f"{_LOOP}._start_serving": ((8, ()), (8, ("context",))),
    f"{_SERVER}._attach": ((1, ()), (2, ())),
    f"{_SERVER}._detach": ((1, ()), (2, ())),
    f"{_TLS}._call_eof_received": ((1, ()),),
    f"{_TLS}._fatal_error": ((3, ()),),
    f"{_TLS}._on_handshake_complete": ((2, ()),),
    f"{_TLS}._on_shutdown_complete": ((2, ()),),
    f"{_TLS}._start_shutdown": ((1, ()),),
    f"{_TLS_TRANSPORT}": ((2, ()),),
    f"{_STREAM}._call_connection_lost": ((2, ()),),
    f"{_STREAM}._fatal_error": ((3, ()),),
    f"{_STREAM}._force_close": ((2, ()),),
}
"""How PyLoop calls private functions and constructors: the number of positional arguments, and the names of the others.
Of several ways it uses the one that the running version accepts."""

PARAMETERS_OF_OUR_OWN = {("PyLoop", "__init__"), ("LoopCore", "create_task")}
"""Overriding methods whose parameters may differ from asyncio's: constructors that only PyLoop calls, and a method of
the engine that forwards keywords it does not know."""


def refuse_if_moved(moved: Iterable[str]) -> None:
    """Raise ImportError if there are items in `moved`."""
    if changes := "; ".join(moved):
        python = sys.version.split()[0]
        raise ImportError(
            f"PyLoop does not fit asyncio of Python {python} ({changes}); use a newer PyLoop or asyncio's own loop"
        )


def moved_names() -> Iterator[str]:
    """Yield a description of each name of asyncio that is missing or different."""
    for path, names in ATTRIBUTES.items():
        if _find(path) is None:
            yield f"asyncio has no {path}"
        else:
            known = mentioned_names(path)
            yield from (f"{path} has no {name}" for name in names if name not in known)
    for path, slots in SLOTS.items():
        found = {name for name, value in vars(_find(path) or object).items() if inspect.ismemberdescriptor(value)}
        yield from (f"the slot {name} of {path} is new or gone" for name in sorted(found.symmetric_difference(slots)))
    for name in sorted(_assigned_by_constructors(_find(_STREAM) or object).difference(ASSIGNED_BY_CONSTRUCTOR)):
        yield f"the constructor of {_STREAM} assigns {name}"
    for name in sorted(_assigned_by_constructors(_find(_TLS) or object).difference(ASSIGNED_BY_TLS_CONSTRUCTOR)):
        yield f"the constructor of {_TLS} assigns {name}"
    for path, ways in CALLS.items():
        function = _find(path)
        if function is None:
            yield f"asyncio has no {path}"
        elif not any(_takes(function, *way) for way in ways):
            yield f"{path}{inspect.signature(function)} is called in another way"


def mentioned_names(path: str) -> set[str]:
    """Return the attributes of a class, and all names that its code mentions, which include those of its instances."""
    cls = _find(path)
    return {*dir(cls), *(name for function in _functions(cls) for name in function.__code__.co_names)}


def overriding_classes() -> list[type]:
    """Return PyLoop's classes that extend asyncio's."""
    from ._accepted_transport import AcceptedTransport
    from ._datagram_transport import DatagramTransport
    from ._engine import Handle, TimerHandle
    from ._kernel_tls_protocol import KernelTlsProtocol, KernelTlsTransport
    from ._loop import PyLoop
    from ._pipe_transports import ReadPipeTransport, WritePipeTransport
    from ._stream_transport import StreamTransport
    from ._tls_protocol import SSLTransport, TlsProtocol

    transports = [StreamTransport, AcceptedTransport, DatagramTransport, ReadPipeTransport, WritePipeTransport]
    tls = [TlsProtocol, SSLTransport, KernelTlsProtocol, KernelTlsTransport]
    return [PyLoop, *transports, *tls, Handle, TimerHandle]


def moved_methods(classes: Iterable[type]) -> Iterator[str]:
    """Yield a description of each method of PyLoop that does not accept all calls of the method that it overrides."""
    for cls in classes:
        for name in dir(cls):
            definers = [base for base in cls.__mro__ if name in vars(base)]
            theirs: Any = next((vars(base)[name] for base in definers if not _is_ours(base)), None)
            if not definers or not _is_ours(definers[0]) or (definers[0].__name__, name) in PARAMETERS_OF_OUR_OWN:
                continue
            ours: Any = vars(definers[0])[name]
            if not (inspect.isroutine(ours) and callable(theirs)):
                continue
            mine, asked = inspect.signature(ours), inspect.signature(theirs)
            if not _accepts_all(mine, asked):
                yield f"{definers[0].__name__}.{name}{mine} overrides {name}{asked}"


def _find(path: str) -> Any:  # noqa: ANN401
    module, *names = path.split(".")
    found: Any = import_module(f"asyncio.{module}")
    for name in names:
        found = getattr(found, name, None)
    return found


def _is_ours(cls: type) -> bool:
    return cls.__module__.startswith(f"{__package__}.") or cls.__module__ == __package__


def _functions(cls: type, name: str | None = None) -> Iterator[Any]:
    for base in cls.__mro__:
        for key, value in vars(base).items():
            if inspect.isfunction(value) and name in (None, key):
                yield value


def _assigned_by_constructors(cls: type) -> set[str]:
    instructions = (step for function in _functions(cls, "__init__") for step in dis.get_instructions(function))
    return {step.argval for step in instructions if step.opname == "STORE_ATTR"}


def _takes(function: Callable[..., object], count: int, names: tuple[str, ...]) -> bool:
    try:
        inspect.signature(function).bind(*(None,) * count, **dict.fromkeys(names))
    except TypeError:
        return False
    return True


def _accepts_all(ours: inspect.Signature, theirs: inspect.Signature) -> bool:
    """Return whether every call that fits `theirs` fits `ours`, except positional-only arguments passed by name."""
    mine = list(ours.parameters.values())
    places = [parameter for parameter in mine if parameter.kind <= parameter.POSITIONAL_OR_KEYWORD]
    kinds = {parameter.kind for parameter in mine}
    for place, parameter in enumerate(theirs.parameters.values()):
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            fits = parameter.kind in kinds
        elif parameter.kind == parameter.KEYWORD_ONLY:
            fits = parameter.VAR_KEYWORD in kinds or parameter.name in ours.parameters
        elif place < len(places):
            fits = places[place].kind == parameter.POSITIONAL_ONLY or places[place].name == parameter.name
        else:
            fits = parameter.VAR_POSITIONAL in kinds
        if not fits:
            return False
    required = [parameter for parameter in places if parameter.default is parameter.empty]
    return len(required) <= len(theirs.parameters)
