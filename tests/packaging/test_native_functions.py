"""The C functions of the engine, compiled alone: what they say about this CPU, and what a called stub does."""

from __future__ import annotations

import ctypes
import re
import subprocess
import sys
from pathlib import Path

import pytest
from build_engine import ROOT

from engine_build.toolchain import find_c_compiler

NATIVE = ROOT / "native"
FEATURES = re.findall(r"\bf(\w+)", (NATIVE / "include" / "amd64cpufeatures.h").read_text().split("{")[1])
# As the runtime writes the mask of required features, which support.c reads.
REQUIRED, NOT_REQUIRED = 0xFE, 0xFF
# Features that /proc/cpuinfo calls otherwise.
KERNEL_NAMES = {
    "AMD_3DNOW_PREFETCH": "3dnowprefetch",
    "CLMUL": "pclmulqdq",
    "LZCNT": "abm",
    "SHA": "sha_ni",
    "SSE3": "pni",
}


@pytest.fixture(scope="module")
def support(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """support.c as a library whose functions Python can call, with one stub."""
    folder = tmp_path_factory.mktemp("support")
    stub = '_Noreturn void unexpected_call(const char *); void a_stub(void) { unexpected_call("a_stub"); }'
    (folder / "stub.c").write_text(stub)
    sources = [NATIVE / "support.c", folder / "stub.c"]
    command: list[str | Path] = [
        str(find_c_compiler()),
        "-shared",
        "-fPIC",
        f"-I{NATIVE / 'include'}",
        "-o",
        folder / "support.so",
        *sources,
    ]
    subprocess.run(command, check=True, timeout=60)
    return folder / "support.so"


def _run(library: Path, call: str) -> subprocess.CompletedProcess[str]:
    code = f"import ctypes, sys\nlibrary = ctypes.CDLL({str(library)!r})\nsys.exit({call})"
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)


def test_features_are_those_the_kernel_sees(support: Path) -> None:
    found = (ctypes.c_char * len(FEATURES))()
    ctypes.CDLL(str(support)).determineCPUFeatures(found)
    present = {name for name, value in zip(FEATURES, found, strict=True) if value != b"\0"}
    flags = set(Path("/proc/cpuinfo").read_text().split("flags")[1].split("\n")[0].split())
    known = set(re.findall(r"FEATURE\((\w+), LEAF_", (NATIVE / "support.c").read_text()))
    assert present == {name for name in known if KERNEL_NAMES.get(name, name.lower()) in flags}
    assert {"CX8", "CMOV", "FXSR", "MMX", "SSE", "SSE2"} <= present


def test_cpu_that_has_everything_is_accepted_in_silence(support: Path) -> None:
    mask = bytes(REQUIRED if name in ("CX8", "SSE", "SSE2") else NOT_REQUIRED for name in FEATURES)
    done = _run(support, f"library.checkCPUFeatures({mask!r})")
    assert (done.returncode, done.stderr) == (0, "")


def test_missing_features_are_named(support: Path) -> None:
    """No CPU has AVX10.2 yet in the eyes of support.c, and none of the ancient ones is at hand."""
    mask = bytes(REQUIRED if name in ("SSE2", "AVX10_2") else NOT_REQUIRED for name in FEATURES)
    done = _run(support, f"library.checkCPUFeatures({mask!r})")
    assert done.returncode == 1
    expected = "PyLoop's engine cannot run: this CPU lacks a feature that native/support.c does not know\n"
    assert done.stderr == expected


def test_stub_aborts_with_its_name(support: Path) -> None:
    done = _run(support, "library.a_stub()")
    assert done.returncode == -6
    assert done.stderr == "PyLoop's engine called a_stub, which is not part of it. Please report this.\n"


def test_opened_files_do_not_reach_child_processes(support: Path) -> None:
    done = _run(support, 'int(__import__("os").get_inheritable(library.openSII(b"/dev/null", 0, 0)))')
    assert (done.returncode, done.stderr) == (0, "")
