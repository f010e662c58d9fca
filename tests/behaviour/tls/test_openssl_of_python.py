"""Where the engine cannot use Python's OpenSSL, `--info` says why, and connections are asyncio's."""

import re
import ssl
from ast import literal_eval
from collections.abc import Callable

import pytest

from data_bridge.pyloop import _openssl
from support.loop_kinds import only_pyloop

pytestmark = [only_pyloop, pytest.mark.usefixtures("kind")]

PROGRAM = "behaviour.tls.programs.unusual_ssl"
#: For what changes something about an OpenSSL that the engine could use.
USABLE = pytest.mark.skipif(
    _openssl.why_not() is not None, reason="the engine cannot use the OpenSSL of this Python anyway"
)
WITH_ASYNCIO = [(b"ping", "SSLProtocol")] * 2
WITH_THE_ENGINE = [(b"ping", "TlsProtocol")] * 2


@pytest.mark.parametrize(
    ("case", "reason", "answers"),
    [
        ("no_module", "this Python has no module ssl", []),
        ("another_library", "LibreSSL 4.1.0 is not OpenSSL", WITH_ASYNCIO),
        (
            "part_of_the_interpreter",
            "the module _ssl, and OpenSSL with it, is part of the interpreter's own file",
            WITH_ASYNCIO,
        ),
        ("file_not_loaded", "the process has not loaded copy.so", WITH_ASYNCIO),
        ("no_openssl_in_the_file", r"/.*/_engine\.abi3\.so shows no \w+", WITH_ASYNCIO),
        ("no_libssl_in_the_file", r"/.*/_hashlib\..*so shows no SSL_\w+", WITH_ASYNCIO),
        ("undecodable_name", "the name of the file of _ssl is not UTF-8", WITH_ASYNCIO),
        pytest.param(
            "another_version",
            "the OpenSSL that was found has another version than Python's",
            WITH_ASYNCIO,
            marks=USABLE,
        ),
        ("another_class", "the objects of this _ssl are laid out differently", WITH_ASYNCIO),
        ("another_context", "the objects of this _ssl are laid out differently", WITH_ASYNCIO),
        pytest.param(
            "another_connection",
            "the connections of this _ssl are not where they are expected",
            WITH_ASYNCIO,
            marks=USABLE,
        ),
    ],
)
def test_openssl_that_the_engine_cannot_use(
    run_module_clean: Callable[..., str], case: str, reason: str, answers: object
) -> None:
    described, answered = run_module_clean(PROGRAM, case).splitlines()
    assert re.fullmatch(f"asyncio's own protocol, because {reason}", described)
    assert literal_eval(answered) == answers


@USABLE
@pytest.mark.parametrize(
    ("case", "answers"),
    [
        ("own_class_of_contexts", WITH_THE_ENGINE),
        # The class of the engine hands everything to asyncio's.
        ("method_replaced", [(b"PING", "TlsProtocol")] * 2),
    ],
)
def test_program_that_has_changed_ssl_before(run_module_clean: Callable[..., str], case: str, answers: object) -> None:
    described, answered = run_module_clean(PROGRAM, case).splitlines()
    assert described == f"records in the engine, {ssl.OPENSSL_VERSION}"
    assert literal_eval(answered) == answers
