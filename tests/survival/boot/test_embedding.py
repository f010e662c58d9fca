"""Programs that have Python inside: several lives of the interpreter in one process, and a library kept private."""

import os
import subprocess
from pathlib import Path

import pytest

import data_bridge.pyloop
from support.loop_kinds import ASYNCIO, PYLOOP
from support.project import CERTIFICATES
from support.startup_hook import folder_of_the_hook, needs_the_hook
from survival.boot import embedding

ENGINE = Path(data_bridge.pyloop.__path__[0]) / "_engine.abi3.so"
# Of loops that a life leaves open.
SILENT = "import warnings; warnings.simplefilter('ignore')\n"
# A string, since the C programs run the text that they are given, without the path of tests/.
USE = """
import asyncio, gc, sys, threading
async def main():
    loop = asyncio.get_running_loop()
    server = await asyncio.start_server(lambda reader, writer: writer.close(), "127.0.0.1", 0)
    reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
    await reader.read()
    writer.close()
    server.close()
    await asyncio.gather(*(asyncio.sleep(0.001) for _ in range(100)))
    return await loop.run_in_executor(None, int)
for _ in range(3):
    loop = new_event_loop()
    assert loop.run_until_complete(main()) == 0
    loop.run_until_complete(loop.shutdown_default_executor())
    loop.close()
left_open = new_event_loop()
left_open.timers = [left_open.call_later(3600, int) for _ in range(1000)]
print("life", flush=True)
"""


def run(program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    path = str(Path(data_bridge.pyloop.__path__[0]).parents[1])
    return subprocess.run(
        [program, *arguments],
        env={**os.environ, **embedding.environment(), "PYTHONPATH": path},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.fixture(scope="module")
def lives(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The program with several lives, where asyncio's own loops survive them."""
    program = embedding.build(tmp_path_factory.mktemp("lives"), embedding.LIVES)
    result = run(program, "3", f"{SILENT}{ASYNCIO.import_statement}\n{USE}")
    if result.returncode < 0:
        pytest.skip(f"asyncio itself crashes when this Python is initialised again (signal {-result.returncode})")
    assert (result.returncode, result.stdout, result.stderr) == (0, "life\n" * 3, ""), result
    return program


def test_lives_one_after_the_other(lives: str) -> None:
    """Each life loads the engine anew and leaves a loop open at its end."""
    result = run(lives, "3", f"{SILENT}{PYLOOP.import_statement}\n{USE}")
    assert (result.returncode, result.stdout, result.stderr) == (0, "life\n" * 3, ""), result


def test_life_without_a_loop_before_those_with_one(lives: str) -> None:
    use = f"{PYLOOP.import_statement}\n{USE}"
    code = f"import os\nif 'again' in os.environ:\n    exec({use!r})\nos.environ['again'] = '1'\n"
    result = run(lives, "3", SILENT + code)
    assert (result.returncode, result.stdout, result.stderr) == (0, "life\n" * 2, ""), result


def test_lives_with_tls(lives: str) -> None:
    """The functions of OpenSSL are bound once per process, the types of `_ssl` in each life."""
    use = f"""
import asyncio, ssl
server_context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
server_context.load_cert_chain({str(CERTIFICATES / "localhost.crt")!r}, {str(CERTIFICATES / "localhost.key")!r})
client_context = ssl.create_default_context(cafile={str(CERTIFICATES / "localhost.crt")!r})
async def main():
    async def echo(reader, writer):
        writer.write(await reader.readexactly(100_000))
        writer.close()
    server = await asyncio.start_server(echo, "127.0.0.1", 0, ssl=server_context)
    address = server.sockets[0].getsockname()
    reader, writer = await asyncio.open_connection(*address, ssl=client_context, server_hostname="localhost")
    writer.write(bytes(100_000))
    assert await reader.read() == bytes(100_000)
    writer.close()
    server.close()
loop = new_event_loop()
loop.run_until_complete(main())
loop.close()
print("life", flush=True)
"""
    result = run(lives, "3", f"{SILENT}{PYLOOP.import_statement}\n{use}")
    assert (result.returncode, result.stdout, result.stderr) == (0, "life\n" * 3, ""), result


@needs_the_hook
def test_lives_told_by_their_environment(lives: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each life reads the file that makes PyLoop asyncio's loop."""
    monkeypatch.setenv("PYLOOP_INSTALL", "1")
    code = f"import site\nsite.addsitedir({str(folder_of_the_hook())!r})\n"
    use = "import asyncio\nfrom asyncio import new_event_loop\n" + USE + "print(type(left_open).__name__, flush=True)\n"
    result = run(lives, "3", SILENT + code + use)
    assert (result.returncode, result.stdout, result.stderr) == (0, "life\nPyLoop\n" * 3, ""), result


def test_private_library(tmp_path: Path) -> None:
    """There CPython's own extension modules cannot be loaded; the engine can where they can, and says why if not.

    Without them there may be no asyncio, so that what loads the engine is imported without the rest of the package.
    """
    program = embedding.build(tmp_path, embedding.PRIVATE)
    code = f"""
import importlib, os, sys, types
for name in ("data_bridge", "data_bridge.pyloop"):
    sys.modules[name] = types.ModuleType(name)
    sys.modules[name].__path__ = [{str(ENGINE.parent)!r}]
def outcome(name):
    try:
        importlib.import_module(name)
    except ImportError as error:
        return str(error)
    return "loaded"
for _ in range(2):
    print(outcome("data_bridge.pyloop._start"))
modules = next((sorted(os.listdir(path)) for path in sys.path if path.endswith("lib-dynload")), [])
print(outcome(modules[0].partition(".")[0]) if modules else "all built in")
"""
    result = run(program, str(embedding.shared_library()), code)
    assert (result.returncode, result.stderr) == (0, ""), result
    first, second, of_python = result.stdout.splitlines()
    assert first == second
    if of_python == "loaded":
        assert first == "loaded"
    else:
        assert "has loaded libpython with RTLD_LOCAL; load it with RTLD_GLOBAL, or link the program to it" in first
