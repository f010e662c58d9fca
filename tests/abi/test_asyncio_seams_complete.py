"""`_seams` lists every private name of asyncio that PyLoop's Python code or its engine mentions."""

import ast
import re
from collections.abc import Iterator
from importlib import resources

from data_bridge import pyloop
from data_bridge.pyloop import _engine, _seams
from support.java_sources import SOURCES

NOT_OF_ASYNCIO = {
    "_after_fork_in_child": "of the engine's module",
    "_is_main_interpreter": "of _thread, asked for with hasattr()",
    "_limit": "of the factory in _tls_server, which extends no class of asyncio",
    "_msg_callback": "of ssl.SSLContext",
    "_protocol_factory": "of the factory in _tls_server, which extends no class of asyncio",
    "_SSLContext": "of _ssl",
    "_wrap_bio": "of _ssl._SSLContext",
    "_waiters": "a field of the engine's thread-safe handles",
    "_UnixDefaultEventLoopPolicy": "read by _policy, which is imported only where asyncio has policies",
}

LISTED = {
    *(name for names in (*_seams.ATTRIBUTES.values(), *_seams.SLOTS.values()) for name in names),
    *(part for path in (*_seams.ATTRIBUTES, *_seams.CALLS) for part in path.split(".")),
    *_seams.ASSIGNED_BY_CONSTRUCTOR,
    *NOT_OF_ASYNCIO,
}


def is_private(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__")


def trees() -> Iterator[ast.Module]:
    for path in resources.files(pyloop).iterdir():
        if path.name.endswith(".py") and path.name != "_seams.py":
            yield ast.parse(path.read_text())


def mentioned() -> tuple[set[str], set[str]]:
    """Private attributes that our Python code reads, and private names that it defines or assigns itself."""
    read: set[str] = set()
    made: set[str] = set()
    for tree in trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and is_private(node.attr):
                (read if isinstance(node.ctx, ast.Load) else made).add(node.attr)
            elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and is_private(node.name):
                made.add(node.name)
            elif isinstance(node, ast.Assign):
                made.update(target.id for target in node.targets if isinstance(target, ast.Name))
    return read, {name for name in made if is_private(name)}


def names_of_the_engine() -> set[str]:
    """Private members of the types that are defined in Java."""
    types = [value for value in vars(_engine).values() if isinstance(value, type)]
    return {name for cls in types for name in vars(cls) if is_private(name)}


def names_of_asyncio() -> set[str]:
    """Private attributes that asyncio's own code mentions on the classes that PyLoop extends."""
    return {name for path in _seams.ATTRIBUTES for name in _seams.mentioned_names(path) if is_private(name)}


def test_what_python_code_reads_without_having_made_it() -> None:
    read, made = mentioned()
    assert read - made - names_of_the_engine() - LISTED == set()


def test_what_python_code_or_the_engine_replaces() -> None:
    _, made = mentioned()
    assert {"_make_socket_transport", "_closing"} <= (made | names_of_the_engine()) & names_of_asyncio()
    assert (made | names_of_the_engine()) & names_of_asyncio() - LISTED == set()


def test_what_java_code_asks_for_by_name() -> None:
    code = "\n".join(path.read_text(encoding="utf-8") for path in SOURCES.rglob("*.java"))
    asked = {name for name in re.findall(r'"(_[a-z]\w*)"', code) if is_private(name)}
    assert "_task_factory" in asked
    assert asked & names_of_asyncio() - LISTED == set()


def test_no_name_is_listed_twice() -> None:
    for names in (*_seams.ATTRIBUTES.values(), *_seams.SLOTS.values(), _seams.ASSIGNED_BY_CONSTRUCTOR):
        assert len(set(names)) == len(names)
