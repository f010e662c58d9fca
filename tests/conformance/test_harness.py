"""The harness reports what it must: failures, hangs and crashes of loops that are wrong on purpose."""

import pytest

from . import exclusions, loops, runner
from .expected import Expected
from .test_conformance import CATALOGUE
from .verdict import judge

BROKEN = f"{__package__}.broken_loops"
SUITE = "test_pep492.CoroutineTests"
# In the order in which they run.
NEEDS_DEBUG = (
    "test_async_def_coroutines",
    "test_debug_mode_manages_coroutine_origin_tracking",
    "test_double_await",
)

pytestmark = pytest.mark.skipif(
    not CATALOGUE.suites, reason="this Python was installed without its tests (test.test_asyncio)"
)


@pytest.fixture(autouse=True)
def short_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "TEST_LIMIT", 3.0)
    monkeypatch.setattr(runner, "EXIT_LIMIT", 5.0)


def run(loop: str) -> runner.SuiteResult:
    return runner.run_suite(loop, SUITE, CATALOGUE.suites[SUITE])


def statuses(result: runner.SuiteResult) -> dict[str, str]:
    return {test.name: test.status for test in result.tests.values() if test.status != "passed"}


def test_asyncio_passes_on_the_loop_under_test() -> None:
    result = run(loops.CONTROL)
    assert list(result.tests) == CATALOGUE.suites[SUITE]
    assert statuses(result) == {}
    assert all(test.loops > 0 for test in result.tests.values())
    assert judge(result, []).good


def test_failures_are_reported() -> None:
    result = run(f"{BROKEN}:FailingLoop")
    need_no_loop = {test for test in result.tests if test.startswith("test_iscoroutine")}
    assert statuses(result) == dict.fromkeys(set(result.tests) - need_no_loop, "error")
    assert judge(result, []).explain().count("wrong on purpose") >= len(statuses(result))


def test_a_hang_costs_one_test() -> None:
    result = run(f"{BROKEN}:HangingLoop")
    assert statuses(result) == dict.fromkeys(NEEDS_DEBUG, "hung")
    assert list(CATALOGUE.suites[SUITE]) == sorted(result.tests)
    # The stacks of the stuck process are in the report.
    assert "set_debug" in result.tests[NEEDS_DEBUG[0]].detail


def test_a_crash_costs_one_test() -> None:
    result = run(f"{BROKEN}:CrashingLoop")
    assert statuses(result) == dict.fromkeys(NEEDS_DEBUG, "crashed")
    assert "code -6" in result.tests[NEEDS_DEBUG[0]].detail


def test_a_spoiled_exit_is_reported() -> None:
    assert statuses(run(f"{BROKEN}:ExitCrashingLoop")) == {runner.EXIT: "crashed"}


def test_hangs_everywhere_come_to_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "MAX_PROCESSES", 1)
    result = run(f"{BROKEN}:CrashingLoop")
    left = statuses(result)
    assert left.pop(NEEDS_DEBUG[0]) == "crashed"
    assert set(left.values()) == {"error"}
    assert set(result.tests) == set(CATALOGUE.suites[SUITE])


def test_the_list_is_strict() -> None:
    entry = Expected(SUITE, NEEDS_DEBUG[0], "because")
    lenient = Expected(SUITE, NEEDS_DEBUG[0], "because", may_pass=True)
    passing, failing = run(loops.CONTROL), run(f"{BROKEN}:FailingLoop")
    assert judge(passing, [entry]).passed_although_listed == {NEEDS_DEBUG[0]: "because"}
    assert judge(passing, [lenient]).good
    assert judge(failing, [entry]).expected == {NEEDS_DEBUG[0]: "because"}


def test_a_hang_is_never_expected() -> None:
    hung = runner.SuiteResult(SUITE, tests={NEEDS_DEBUG[0]: runner.TestResult(NEEDS_DEBUG[0], "hung")})
    assert not judge(hung, [Expected(SUITE, NEEDS_DEBUG[0], "because")]).good


def test_single_tests_can_be_left_out() -> None:
    name = "test_events.AbstractEventLoopTests"
    assert CATALOGUE.suites[name] == ["test_not_implemented_async"]


def test_what_is_left_out_may_depend_on_the_version() -> None:
    suite, test = "test_events.PolicyTests", "test_get_event_loop"
    assert exclusions.is_run(suite, test, (3, 13))
    assert not exclusions.is_run(suite, test, (3, 14))
