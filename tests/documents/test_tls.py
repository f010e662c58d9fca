"""The Python examples of docs/tls.md run as they stand, and what it says about `--info` and limits is true."""

import re
import shutil
from pathlib import Path

import pytest

from data_bridge.pyloop import _loop, _openssl
from support.loop_kinds import run_python
from support.project import CERTIFICATES, ROOT

TEXT = (ROOT / "docs" / "tls.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^```python\n(.*?)^```$", TEXT, flags=re.DOTALL | re.MULTILINE)
# What an example prints, by its order in the text.
OUTPUTS = [
    "b'HELLO\\n' TLSv1.3\n",
    "b'go ahead\\n'\nb'encrypted\\n'\n",
    "b'my turn\\n' True\n",
]


def test_every_example_is_found() -> None:
    assert len(EXAMPLES) == len(OUTPUTS) == TEXT.count("```python")


@pytest.mark.parametrize("index", range(len(OUTPUTS)))
def test_example_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, index: int) -> None:
    for name in ("localhost.crt", "localhost.key"):
        shutil.copy(CERTIFICATES / name, tmp_path)
    monkeypatch.chdir(tmp_path)
    done = run_python("-c", EXAMPLES[index])
    assert (done.stdout, done.stderr, done.returncode) == (OUTPUTS[index], "", 0)


def test_info_has_the_line() -> None:
    done = run_python("-m", "data_bridge.pyloop", "--info")
    (line,) = [line for line in done.stdout.splitlines() if line.startswith("TLS ")]
    shown = re.findall(r"^    (TLS +.*?, )", TEXT, flags=re.MULTILINE)
    assert len(shown) == 2
    assert line.startswith(shown[0] if _openssl.why_not() is None else shown[1])


def test_default_limit_of_handshakes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PYLOOP_TLS_HANDSHAKES", raising=False)
    assert f"at most {_loop.handshake_limit():,} handshakes" in TEXT


def test_page_is_linked() -> None:
    assert "(docs/tls.md)" in (ROOT / "README.md").read_text(encoding="utf-8")
