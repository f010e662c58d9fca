"""Holds what happened against what was expected."""

from dataclasses import dataclass, field

from .expected import Expected
from .runner import SuiteResult, TestResult

BROKEN = ("failed", "error")
NEVER_EXPECTED = ("hung", "crashed")


@dataclass
class Verdict:
    """One suite's results, sorted into what was expected and what was not."""

    suite: str
    expected: dict[str, str] = field(default_factory=dict)
    unexpected: list[TestResult] = field(default_factory=list)
    passed_although_listed: dict[str, str] = field(default_factory=dict)

    @property
    def good(self) -> bool:
        """Whether everything went as the list says."""
        return not self.unexpected and not self.passed_although_listed

    def explain(self) -> str:
        """Name every surprise, with its traceback."""
        parts = [f"{result.status}: {self.suite} {result.name}\n{result.detail}" for result in self.unexpected]
        parts += [
            f"passed: {self.suite} {name}\n    is listed as an expected failure: {reason}"
            for name, reason in self.passed_although_listed.items()
        ]
        return "\n\n".join(parts)


def judge(result: SuiteResult, entries: list[Expected]) -> Verdict:
    """Compare *result* with the *entries* that apply to its loop and Python."""
    verdict = Verdict(result.name)
    for test in result.tests.values():
        entry = next((entry for entry in entries if entry.matches(result.name, test.name)), None)
        if test.status in NEVER_EXPECTED or (test.status in BROKEN and entry is None):
            verdict.unexpected.append(test)
        elif test.status in BROKEN and entry is not None:
            verdict.expected[test.name] = entry.reason
        elif test.status == "passed" and entry is not None and not entry.may_pass:
            verdict.passed_although_listed[test.name] = entry.reason
    return verdict


def stale_entries(entries: list[Expected], suites: dict[str, list[str]]) -> list[Expected]:
    """Entries that name no test there is."""
    return [
        entry
        for entry in entries
        if not any(entry.matches(suite, test) for suite, tests in suites.items() for test in tests)
    ]
