"""Tests of CPython that a loop is expected to fail, each with the reason.

Every entry is strict: a listed test that passes makes the run fail, unless the entry says it may pass; so does an
entry that names no test of the running Python.  A hang or a crash is never expected.
"""

import fnmatch
import sys
from dataclasses import dataclass

Version = tuple[int, int]


@dataclass(frozen=True)
class Expected:
    """One entry.  *suite* and *test* are globs; *since* and *until* are Python versions, both included."""

    suite: str
    test: str
    reason: str
    loop: str = "pyloop"
    since: Version = (3, 11)
    until: Version = (3, 99)
    may_pass: bool = False

    def applies(self, loop: str, version: Version) -> bool:
        """Whether this entry is about *loop* on Python *version*."""
        return self.loop == loop and self.since <= version <= self.until

    def matches(self, suite: str, test: str) -> bool:
        """Whether this entry names *test* of *suite*."""
        return fnmatch.fnmatchcase(suite, self.suite) and fnmatch.fnmatchcase(test, self.test)


EXPECTED: tuple[Expected, ...] = ()


def for_loop(loop: str, version: Version = sys.version_info[:2]) -> list[Expected]:
    """The entries about *loop* on the running Python."""
    return [entry for entry in EXPECTED if entry.applies(loop, version)]
