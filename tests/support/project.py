"""Where the files of the project are: tests read documents, sources and examples."""

from pathlib import Path

TESTS = Path(__file__).parents[1]
ROOT = TESTS.parent
EXAMPLES = ROOT / "examples"
#: Of localhost, for tests of TLS.
CERTIFICATES = EXAMPLES / "certs"
