"""Reference counts are right to the bit: of constants, of types, under the allocator's checks, on debug builds.

That nothing grows by millions of callbacks is in tests/leaks; here are the words in memory and the unusual builds.
"""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import data_bridge.pyloop
from support.project import TESTS
from support.python_builds import PythonBuild, builds

RunClean = Callable[..., str]
Run = Callable[..., subprocess.CompletedProcess[str]]

MODULE = "survival.faults.programs.reference_counts"


@pytest.mark.skipif(sys.version_info < (3, 12), reason="constants are immortal from CPython 3.12 on")
def test_words_of_immortal_objects_do_not_change(run_module_clean: RunClean) -> None:
    """All 64 bits: CPython 3.14 has flags in the upper half."""
    assert run_module_clean(MODULE, "constants", "0", timeout=150) == "[]\n"


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="before CPython 3.12 constants are counted like all objects")
def test_counts_of_constants_stay(run_module_clean: RunClean) -> None:
    """A reference too many or too few per callback would be 125,000 at least."""
    assert run_module_clean(MODULE, "constants", "1000", timeout=150) == "[]\n"


@pytest.mark.skipif(not (3, 12) <= sys.version_info < (3, 14), reason="CPython 3.12 and 3.13 subtract from 64 bits")
def test_immortal_object_to_which_an_old_extension_has_added_a_reference(run_module_clean: RunClean) -> None:
    """One built for the limited API of Python 3.11 adds to all 64 bits, so that the lower half becomes 0."""
    assert run_module_clean(MODULE, "immortal_type_with_one_reference_more") == "True [('a', 'b')]\n"


def test_types_get_back_the_references_of_their_instances(run_module_clean: RunClean) -> None:
    assert run_module_clean(MODULE, "types_of_instances") == "True {}\n"


def test_subclasses_and_their_instances_die(run_module_clean: RunClean) -> None:
    assert run_module_clean(MODULE, "subclasses_and_instances") == "[]\n"


def test_checks_of_the_allocator(run_module_clean: RunClean) -> None:
    """Guard bytes around every block, traces of every allocation, and a collection whenever one is possible."""
    options = ("-X", "tracemalloc=3")
    result = run_module_clean(MODULE, "collections_everywhere", options=options, PYTHONMALLOC="debug")
    assert result == "True 1\n"


def test_a_debug_build_is_left_to_count_itself(run_module_clean: RunClean) -> None:
    """A build is taken for a debug build by a function of `sys`; here every count goes through C because of it."""
    assert run_module_clean(MODULE, "pretended_debug_build") == "done\n"


DEBUG_BUILDS = [build for build in builds() if build.debug]


@pytest.mark.skipif(not DEBUG_BUILDS, reason="no debug build (python3.x-dbg or python3.xd) is installed")
@pytest.mark.parametrize("build", DEBUG_BUILDS, ids=str)
def test_total_of_all_references_on_a_debug_build(run_module: Run, build: PythonBuild) -> None:
    package = Path(data_bridge.pyloop.__path__[0])
    path = f"{package.parents[1]}:{TESTS}"
    result = run_module(MODULE, "total_of_all_references", python=build.executable, PYTHONPATH=path)
    assert (result.returncode, result.stdout) == (0, "True of 20,000 callbacks\n"), result
