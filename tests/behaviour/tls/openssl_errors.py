"""The queue of errors that OpenSSL keeps for each thread, in the libcrypto that `_ssl` uses."""

import _ssl
import ctypes
from functools import cache
from typing import Any

# Any library and reason; what counts is that something is there.
_LIBRARY, _REASON = 6, 100


@cache
def _functions() -> Any | None:
    """The library that `_ssl` was linked with, or None if it shows no symbols."""
    # Calls keep the GIL, so that no other code of this thread runs in between.
    library = ctypes.PyDLL(getattr(_ssl, "__file__", None))
    return library if hasattr(library, "ERR_peek_error") else None


def reachable() -> bool:
    """Whether errors can be put into the queue from here."""
    return _functions() is not None


def leave_an_error() -> None:
    """What another user of OpenSSL does that fails and does not clear up: an error of this thread."""
    library = _functions()
    assert library is not None
    if hasattr(library, "ERR_new"):  # OpenSSL 3
        library.ERR_new()
        library.ERR_set_debug(b"test", 1, b"leave_an_error")
        library.ERR_set_error(_LIBRARY, _REASON, None)
    else:
        library.ERR_put_error(_LIBRARY, 0, _REASON, b"test", 1)
    assert library.ERR_peek_error()


def clear() -> None:
    """Remove all errors of this thread."""
    library = _functions()
    assert library is not None
    library.ERR_clear_error()
