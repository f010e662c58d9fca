"""The public names: what they are, their signatures, and what is shipped for type checkers."""

import asyncio
import inspect
from importlib import resources

import pytest

from data_bridge import pyloop
from support.project import ROOT

EXPECTED = {
    "EventLoopPolicy",
    "PyLoop",
    "__version__",
    "install",
    "is_installed",
    "new_event_loop",
    "run",
    "uninstall",
}


def test_all_is_what_is_public() -> None:
    assert set(pyloop.__all__) == EXPECTED
    assert list(pyloop.__all__) == sorted(pyloop.__all__)


def test_nothing_else_is_public() -> None:
    public = {
        name
        for name, value in vars(pyloop).items()
        if not name.startswith("_") and not inspect.ismodule(value) and name not in {"TYPE_CHECKING", "annotations"}
    }
    assert public <= EXPECTED


def test_namespace_package_has_no_init() -> None:
    import data_bridge

    assert getattr(data_bridge, "__file__", None) is None


@pytest.mark.parametrize("name", ["py.typed", "_engine.pyi"])
def test_type_information_is_shipped(name: str) -> None:
    assert (resources.files(pyloop) / name).is_file()


@pytest.mark.parametrize("name", sorted(EXPECTED - {"__version__"}))
def test_public_name_is_documented(name: str) -> None:
    assert inspect.getdoc(getattr(pyloop, name))


@pytest.mark.parametrize(
    ("name", "signature"),
    [
        ("run", ["main", "debug"]),
        ("new_event_loop", []),
        ("install", []),
        ("uninstall", []),
        ("is_installed", []),
        ("PyLoop", ["poll_bound"]),
    ],
)
def test_signature(name: str, signature: list[str]) -> None:
    assert list(inspect.signature(getattr(pyloop, name)).parameters) == signature


def test_options_are_for_keywords_only() -> None:
    run, loop = inspect.signature(pyloop.run), inspect.signature(pyloop.PyLoop)
    assert run.parameters["debug"].kind is inspect.Parameter.KEYWORD_ONLY
    assert loop.parameters["poll_bound"].kind is inspect.Parameter.KEYWORD_ONLY


def test_loop_class_replaces_nothing_of_asyncio_by_something_unlike() -> None:
    """What asyncio's loop has as a method is a method here too, with asyncio's required arguments."""
    for name, stock in inspect.getmembers(asyncio.SelectorEventLoop, callable):
        if name == "time":  # a field, which holds the clock: callable in a loop, not in the class
            assert inspect.ismemberdescriptor(getattr(pyloop.PyLoop, name))
            continue
        assert callable(getattr(pyloop.PyLoop, name)), name
        if inspect.isfunction(stock):
            assert inspect.iscoroutinefunction(stock) == inspect.iscoroutinefunction(getattr(pyloop.PyLoop, name)), name


def test_version_is_that_of_the_distribution_sources() -> None:
    sources = ROOT / "python" / "data_bridge" / "pyloop" / "_version.py"
    namespace: dict[str, str] = {}
    exec(sources.read_text(), namespace)
    assert pyloop.__version__ == namespace["__version__"]
