"""Every suite of CPython's asyncio tests passes on the loop, but for the listed exceptions.

The loop is PyLoop; CONFORMANCE_LOOP chooses another, and asyncio is the control that proves the harness.
"""

import os

import pytest

from . import exclusions, expected, loops, runner
from .verdict import judge, stale_entries

LOOP = os.environ.get("CONFORMANCE_LOOP", loops.DEFAULT)
CATALOGUE = runner.catalogue()

# Three times the limit of one process: a suite goes on in another one after a hang.
pytestmark = [
    pytest.mark.timeout(3 * runner.SUITE_LIMIT + 60),
    pytest.mark.skipif(not CATALOGUE.suites, reason="this Python was installed without its tests (test.test_asyncio)"),
]


@pytest.mark.parametrize("suite", CATALOGUE.suites)
def test_suite(suite: str) -> None:
    result = runner.run_suite(LOOP, suite, CATALOGUE.suites[suite])
    verdict = judge(result, expected.for_loop(LOOP))
    assert verdict.good, "\n" + verdict.explain()
    if suite in exclusions.EXCLUDED_TESTS:
        no_loop = [test.name for test in result.tests.values() if test.status == "passed" and not test.loops]
        assert no_loop == [], "exclusions.py has to name them"


def test_every_module_is_run_or_left_out_on_purpose() -> None:
    assert CATALOGUE.unknown_modules == []
    assert CATALOGUE.unavailable == {}


def test_every_expected_exception_names_a_test() -> None:
    assert stale_entries(expected.for_loop(LOOP), CATALOGUE.suites) == []
