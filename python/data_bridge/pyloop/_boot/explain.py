"""Turns the outcome of a failed JVM creation into an error that names cause and remedy."""

import os
import re
from pathlib import Path

from .options import EXTRA_OPTIONS_VARIABLE

_JNI_EVERSION = -3
_NAMES = {-1: "JNI_ERR", -2: "JNI_EDETACHED", -3: "JNI_EVERSION", -4: "JNI_ENOMEM", -5: "JNI_EEXIST", -6: "JNI_EINVAL"}
_LONGEST_QUOTE = 500

_RESOURCES = re.compile(r"reserve|allocate|memory|space|thread|heap|mmap", re.IGNORECASE)
_RAISE_LIMITS = "raise the limits of address space, memory and threads (ulimit -v, ulimit -u, the container's)"
_REINSTALL = "reinstall the package and the JDK"


def creation_error(library: Path, status: int | None, text: str) -> ImportError:
    """Return the error for a JVM creation that ended with `status`, or with the wish to end the process if None.

    `text` is what the JVM gave to our hook. Its part written in Java bypasses the hook: its complaints about a
    damaged jar, and some about missing memory, are only on standard error.
    """
    if status == _JNI_EVERSION:
        return ImportError(
            f"PyLoop needs Java 25, and {library} belongs to an older version;"
            " install JDK 25 and let PYLOOP_JAVA_HOME or JAVA_HOME name it"
        )
    outcome = "gave up" if status is None else f"returned {_NAMES.get(status, 'an unknown error')} ({status})"
    message = f"the Java virtual machine {library} could not start: it {outcome}"
    said = " ".join(text.split())[:_LONGEST_QUOTE]
    if said:
        message += f' and said "{said}"'
        remedy = _RAISE_LIMITS if _RESOURCES.search(said) else _REINSTALL
    else:
        message += ", with the reason on standard error"
        remedy = f"if that speaks of modules or a zip file, reinstall the package; otherwise {_RAISE_LIMITS}"
    extra = os.environ.get(EXTRA_OPTIONS_VARIABLE)
    if extra:
        remedy = f"check {EXTRA_OPTIONS_VARIABLE}={extra!r} first; if that is not the cause, {remedy}"
    return ImportError(f"{message}; {remedy}")
