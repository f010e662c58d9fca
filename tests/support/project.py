"""Where the files of the project are: tests read documents, sources and examples."""

import os
from pathlib import Path

TESTS = Path(__file__).parents[1]
ROOT = TESTS.parent
EXAMPLES = ROOT / "examples"
#: Of localhost, for tests of TLS.
CERTIFICATES = EXAMPLES / "certs"


def path_with_tests() -> str:
    """PYTHONPATH of a program that imports what is below tests/, from any directory."""
    # Relative entries would mean something else in another directory.
    path = map(os.path.abspath, filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep)))
    return os.pathsep.join([str(TESTS), *path])
