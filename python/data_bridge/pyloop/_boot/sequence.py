"""The steps of the boot, in the order that keeps the host process as it was."""

import os
from pathlib import Path

from .. import _jdk
from . import crash_handlers, fork, guards, host, jni, options, seal
from .compilers import Compilers
from .jvm import Creation

JAR_VARIABLE = "PYLOOP_ENGINE_JAR"
_PACKAGED_JAR = Path(__file__).parent.parent / "_engine" / "databridge-pyloop.jar"


class Sequence:
    """The start of the engine, which remembers how far it got.

    A Python signal handler may raise at any point. What has been reached stays, and the next call goes on from there.
    """

    def __init__(self) -> None:
        self._creation: Creation | None = None
        self._entered = False
        #: The engine's types by name, once the engine runs.
        self.namespace: dict[str, object] | None = None
        #: Why the engine can never run in this process, if so.
        self.failure: ImportError | RuntimeError | None = None

    def run(self) -> dict[str, object]:
        """Start the JVM and the engine, or go on with it, and return the engine's types by name."""
        if self.failure is not None:
            raise type(self.failure)(*self.failure.args)
        creation = self._creation or self._prepare()
        try:
            # Around the entry point too, which may let Java start further threads. Restoring the mask is where a
            # signal that came meanwhile becomes an exception.
            with guards.signals_blocked():
                vm = creation.finish()
                if self.namespace is None:
                    self._enter(vm)
        except (ImportError, RuntimeError) as error:
            if self.namespace is None:
                self.failure = error.with_traceback(None)
            raise
        assert self.namespace is not None
        return self.namespace

    def _prepare(self) -> Creation:
        """Check everything that can be checked; a refusal here is not for ever."""
        host.refuse_executable_memory_ban()
        host.refuse_foreign_jvm()
        host.refuse_tight_limits()
        host.refuse_small_stack()
        host.refuse_missing_directory()
        library = find_library()
        texts = options.jvm_options(find_jar())
        self._creation = Creation(library, texts)
        compilers = Compilers(library)
        fork.watch(compilers.rest, compilers.resume, crash_handlers.forget_in_child, seal.seal_for_child)
        return self._creation

    def _enter(self, vm: int) -> None:
        if self._entered:
            raise RuntimeError(
                "the start of PyLoop's engine was cut short by an exception from a signal handler and cannot be"
                " repeated in this process; start a new process"
            )
        self._entered = True
        self.namespace = jni.call_entry(vm)
        seal.register(self.namespace)


def find_library() -> Path:
    """Return the JVM's library in the JDK to use."""
    lib = _jdk.find_jdk().absolute() / "lib"
    for needed in ("modules", "libjimage.so", "libjava.so"):
        # Without these the JVM ends the process with exit(1), before any of our hooks is known to it.
        if not (lib / needed).is_file():
            raise ImportError(f"the JDK at {lib.parent} lacks lib/{needed} and is of no use; install it anew")
    return lib / "server" / "libjvm.so"


def find_jar() -> Path:
    """Return the engine's jar: the one that PYLOOP_ENGINE_JAR names, else the one inside the package."""
    named = os.environ.get(JAR_VARIABLE)
    jar = Path(named).absolute() if named else _PACKAGED_JAR
    if not jar.is_file():
        if named:
            raise ImportError(f"PyLoop's engine is not at {jar}, where {JAR_VARIABLE} points; correct or unset it")
        raise ImportError(
            f"PyLoop's engine is missing from the package ({jar}); reinstall the package,"
            f" or set {JAR_VARIABLE} to the jar that the Java build made"
        )
    if os.pathsep in str(jar):
        raise ImportError(
            f"PyLoop's engine is in a directory with a colon in its name ({jar}), which Java cannot use;"
            " install the package somewhere else"
        )
    return jar
