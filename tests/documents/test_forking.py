"""The Python examples of docs/forking.md run as they stand."""

import importlib.util
import re
import sys
from pathlib import Path
from types import ModuleType

import pytest

from support.loop_kinds import run_python
from support.project import ROOT

TEXT = (ROOT / "docs" / "forking.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^```python\n(.*?)^```$", TEXT, flags=re.DOTALL | re.MULTILINE)
# What those print that are programs, by their order in the text.
OUTPUTS = ["['PyLoop', 'PyLoop']\n", "child: 0 parent: PyLoop\n"]


def test_every_example_is_found() -> None:
    assert len(EXAMPLES) == TEXT.count("```python") == len(OUTPUTS) + 1


@pytest.mark.parametrize("index", range(len(OUTPUTS)))
def test_program(tmp_path: Path, index: int) -> None:
    # A file, because workers that are spawned import it.
    program = tmp_path / "example.py"
    program.write_text(EXAMPLES[index])
    done = run_python(str(program))
    assert (done.stdout, done.stderr, done.returncode) == (OUTPUTS[index], "", 0)


@pytest.mark.filterwarnings("ignore:The `uvicorn.workers` module is deprecated:DeprecationWarning")
def test_worker_class(monkeypatch: pytest.MonkeyPatch) -> None:
    """Requests to it are in test_prefork_servers.py."""
    if importlib.util.find_spec("uvicorn_worker") is None:
        # The same class, from before it had a package of its own.
        from uvicorn import workers

        stand_in = ModuleType("uvicorn_worker")
        stand_in.UvicornWorker = workers.UvicornWorker  # type: ignore[attr-defined]
        monkeypatch.setitem(sys.modules, "uvicorn_worker", stand_in)
    namespace: dict[str, object] = {}
    exec(EXAMPLES[-1], namespace)
    worker = namespace["PyLoopWorker"]
    assert isinstance(worker, type)

    from uvicorn.config import Config

    from data_bridge.pyloop import new_event_loop

    assert Config("application:app", **worker.CONFIG_KWARGS).get_loop_factory() is new_event_loop  # type: ignore[attr-defined]
