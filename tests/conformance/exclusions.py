"""What of CPython's asyncio tests is left out, each with the reason: modules, classes, and single tests of a class.

A class is listed only if none of its tests has a use for the loop under test. Where some have, those are run and the
others are listed one by one; so a test that a new Python adds is run until somebody has looked at it.
"""

import sys
from dataclasses import dataclass

Version = tuple[int, int]

# A module in neither this table nor suites.MODULES makes the harness fail: a new Python may bring one.
EXCLUDED_MODULES = {
    "test_buffered_proto": "covered by mixin.buffered_protocol; its classes repeat it per selector",
    "test_proactor_events": "tests the internals of the Windows proactor loop on mocks",
    "test_protocols": "tests the protocol base classes; no loop takes part",
    "test_selector_events": "tests asyncio.selector_events classes on mocked sockets and the suite's own TestLoop",
    "test_sendfile": "covered by mixin.sendfile; its classes repeat it per selector",
    "test_sock_lowlevel": "covered by mixin.sock; its classes repeat it per selector",
    "test_tools": "tests the command line of asyncio's introspection tool; no loop takes part",
    "test_transports": "tests the transport base classes; no loop takes part",
    "test_windows_events": "Windows only",
    "test_windows_utils": "Windows only",
}

_REPEATS_MIXIN = "covered by mixin.event_loop; repeats it with a selector object handed to asyncio's loop"
_NO_LOOP = "no event loop takes part"
_SCRIPTED = "reads what asyncio's transport does to the suite's TestLoop and to mocked descriptors"
_WATCHER = "drives asyncio's child watcher with a scripted os.waitpid; its loop never runs"
EXCLUDED_CLASSES = {
    "test_base_events.BaseEventTests": _NO_LOOP,
    "test_base_events.TestSelectorUtils": _NO_LOOP,
    "test_events.EPollEventLoopTests": _REPEATS_MIXIN,
    "test_events.PollEventLoopTests": _REPEATS_MIXIN,
    "test_events.SelectEventLoopTests": _REPEATS_MIXIN,
    "test_events.TimerTests": "tests asyncio.TimerHandle on a mocked loop",
    "test_server.ProactorStartServerTests": "Windows only",
    "test_sslproto.SelectorStartTLSTests": "covered by mixin.start_tls, which is the same tests",
    "test_sslproto.ProactorStartTLSTests": "Windows only",
    "test_subprocess.MultiLoopChildWatcherTests": _NO_LOOP,
    "test_subprocess.SubprocessProactorTests": "Windows only",
    "test_unix_events.AbstractChildWatcherTests": _NO_LOOP,
    "test_unix_events.BaseChildWatcherTests": _NO_LOOP,
    "test_unix_events.FastChildWatcherTests": _WATCHER,
    "test_unix_events.SafeChildWatcherTests": _WATCHER,
    "test_unix_events.UnixReadPipeTransportTests": _SCRIPTED,
    "test_unix_events.UnixWritePipeTransportTests": _SCRIPTED,
}


@dataclass(frozen=True)
class LeftOut:
    """Some tests of a class and why they are left out, from Python version *since* on."""

    tests: tuple[str, ...]
    reason: str
    since: Version = (3, 11)


EXCLUDED_TESTS = {
    "test_base_events.BaseEventLoopTests": (
        LeftOut(
            (
                "test__run_once",
                "test__run_once_cancelled_event_cleanup",
                "test__run_once_schedule_handle",
                "test_call_later",
            ),
            "looks into _scheduled, asyncio's own timer heap",
        ),
        LeftOut(
            (
                "test_custom_run_forever_integration",
                "test_run_forever_pre_stopped",
                "test_single_selecter_event_callback_after_stopping",
            ),
            "needs the mocked selector, which never waits, or counts the calls of it",
        ),
        LeftOut(("test_env_var_debug",), "asks new processes, and they have asyncio's loop"),
        LeftOut(("test_not_implemented",), "expects of BaseEventLoop that it makes no transports"),
    ),
    "test_events.AbstractEventLoopTests": (LeftOut(("test_not_implemented",), _NO_LOOP),),
    "test_events.HandleTests": (
        LeftOut(
            (
                "test_callback_with_exception",
                "test_handle",
                "test_handle_repr",
                "test_handle_repr_debug",
                "test_handle_weakref",
            ),
            "tests asyncio.Handle on a mocked loop",
        ),
        LeftOut(("test_coroutine_like_object_debug_formatting",), _NO_LOOP),
    ),
    "test_events.PolicyTests": (
        LeftOut(
            (
                "test_event_loop_policy",
                "test_get_event_loop_after_set_none",
                "test_get_event_loop_policy",
                "test_get_event_loop_thread",
                "test_set_event_loop_policy",
            ),
            _NO_LOOP,
        ),
        LeftOut(
            (
                "test_abstract_event_loop_policy_deprecation",
                "test_default_event_loop_policy_deprecation",
                "test_get_event_loop",
                "test_get_event_loop_does_not_call_set_event_loop",
            ),
            _NO_LOOP,
            (3, 14),
        ),
    ),
    "test_events.TestAbstractServer": (LeftOut(("test_close", "test_get_loop"), _NO_LOOP),),
    "test_sslproto.SslProtoHandshakeTests": (
        LeftOut(
            ("test_connection_lost_when_busy",),
            "wants the error of a mocked socket's send() at once; the engine sends on the descriptor, and later",
        ),
    ),
    "test_unix_events.PolicyTests": (
        LeftOut(("test_get_child_watcher_after_set", "test_get_default_child_watcher"), _NO_LOOP),
    ),
}


def is_run(suite: str, test: str, version: Version = sys.version_info[:2]) -> bool:
    """Whether *test* of the class *suite* is one of those that are run."""
    return not any(test in left.tests for left in EXCLUDED_TESTS.get(suite, ()) if left.since <= version)
