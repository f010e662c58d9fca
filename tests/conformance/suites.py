"""Which of CPython's asyncio tests are run, and how a suite becomes a unittest class.

Two sources.  Mixins are classes written to be subclassed once per loop: they are composed here with the method
that returns the loop.  Modules hold finished test classes; they get the loop under test because the worker has
put it in the place of asyncio's (see loops.py) and because of the hooks in hooks.py.
"""

import importlib
import pkgutil
import unittest
from dataclasses import dataclass
from types import ModuleType

from . import exclusions, hooks
from .loops import LoopClass

PACKAGE = "test.test_asyncio"


@dataclass(frozen=True)
class Mixin:
    """A suite composed from mixin classes of one module; *hook* names the method that returns the loop."""

    module: str
    bases: tuple[str, ...]
    hook: str
    needs_test_case: bool = True


MIXINS = {
    "mixin.event_loop": Mixin("test_events", ("EventLoopTestsMixin", "SubprocessTestsMixin"), "create_event_loop"),
    "mixin.sock": Mixin("test_sock_lowlevel", ("BaseSockTestsMixin",), "create_event_loop"),
    "mixin.sendfile": Mixin("test_sendfile", ("SendfileTestsBase",), "create_event_loop"),
    "mixin.start_tls": Mixin("test_sslproto", ("BaseStartTLS",), "new_loop", needs_test_case=False),
    "mixin.start_server": Mixin("test_server", ("BaseStartServer",), "new_loop", needs_test_case=False),
    "mixin.buffered_protocol": Mixin(
        "test_buffered_proto", ("BaseTestBufferedProtocol",), "new_loop", needs_test_case=False
    ),
}

# Every test class of these modules, as far as the running version has the module, minus what
# exclusions.py names.
MODULES = (
    "test_base_events",
    "test_context",
    "test_eager_task_factory",
    "test_events",
    "test_free_threading",
    "test_futures",
    "test_futures2",
    "test_graph",
    "test_locks",
    "test_pep492",
    "test_queues",
    "test_runners",
    "test_server",
    "test_server_context",
    "test_ssl",
    "test_sslproto",
    "test_staggered",
    "test_streams",
    "test_subprocess",
    "test_taskgroups",
    "test_tasks",
    "test_threads",
    "test_timeouts",
    "test_unix_events",
    "test_waitfor",
)


def is_available() -> bool:
    """Whether the running interpreter was installed with its asyncio tests."""
    try:
        importlib.import_module(PACKAGE + ".utils")
    except ImportError:
        return False
    return True


def unknown_modules() -> list[str]:
    """Test modules of the running version that neither MODULES nor EXCLUDED_MODULES mentions."""
    package = importlib.import_module(PACKAGE)
    found = {info.name for info in pkgutil.iter_modules(package.__path__) if info.name.startswith("test_")}
    return sorted(found.difference(MODULES, exclusions.EXCLUDED_MODULES))


def discover() -> tuple[list[str], dict[str, str]]:
    """Every suite the running version has, by name, and the modules that skip themselves here, with their reason."""
    names = list(MIXINS)
    unavailable = {}
    for module_name in MODULES:
        try:
            module = _module(module_name)
        except unittest.SkipTest as skip:
            unavailable[module_name] = str(skip)
            continue
        if module is not None:
            names += [f"{module_name}.{cls.__name__}" for cls in _test_classes(module)]
    return [name for name in names if name not in exclusions.EXCLUDED_CLASSES], unavailable


def tests_of(name: str, cls: type[unittest.TestCase]) -> list[str]:
    """The names of the tests that are run of *cls*, the class of suite *name*."""
    return [test for test in unittest.defaultTestLoader.getTestCaseNames(cls) if exclusions.is_run(name, test)]


def load(name: str, loop: LoopClass) -> type[unittest.TestCase]:
    """Build the test class of suite *name*, hooked up with *loop*."""
    hooks.tolerate_foreign_executor()
    if name in MIXINS:
        return _compose(name, MIXINS[name], loop)
    module_name, _, class_name = name.partition(".")
    module = _module(module_name)
    if module is None:
        raise LookupError(f"Python has no {PACKAGE}.{module_name}")
    cls: type[unittest.TestCase] = getattr(module, class_name)
    hooks.apply(name, cls, loop)
    return cls


def _compose(name: str, mixin: Mixin, loop: LoopClass) -> type[unittest.TestCase]:
    module = _module(mixin.module)
    if module is None:
        raise LookupError(f"Python has no {PACKAGE}.{mixin.module}")
    utils = importlib.import_module(PACKAGE + ".utils")
    bases = [getattr(module, base) for base in mixin.bases]
    bases.append(utils.TestCase if mixin.needs_test_case else unittest.TestCase)
    namespace = {mixin.hook: lambda self: loop(), "__module__": module.__name__}
    return type(name.replace(".", "_"), tuple(bases), namespace)


def _module(name: str) -> ModuleType | None:
    full_name = f"{PACKAGE}.{name}"
    try:
        return importlib.import_module(full_name)
    except ModuleNotFoundError as error:
        if error.name == full_name:
            return None
        raise


def _test_classes(module: ModuleType) -> list[type[unittest.TestCase]]:
    loader = unittest.defaultTestLoader
    return [
        value
        for value in vars(module).values()
        if isinstance(value, type)
        and issubclass(value, unittest.TestCase)
        and value.__module__ == module.__name__
        and loader.getTestCaseNames(value)
    ]
