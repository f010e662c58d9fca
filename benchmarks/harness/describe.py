"""Makes a loop and prints its versions as JSON: known for sure only then.

python describe.py LOOP
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

if __name__ == "__main__":  # run as a script: what it imports is in the package, not beside it
    sys.path[0] = str(Path(__file__).resolve().parents[2])

from benchmarks.harness.loops import LOOPS
from benchmarks.harness.metadata import loaded_engine


def main(name: str) -> None:
    """Print the versions, or end with a status and the reason."""
    spec = LOOPS[name]
    loop = spec.create()
    if loop.get_debug():
        sys.exit("the loop is in debug mode, its times would mean nothing")
    loop.close()
    print(json.dumps({"version": spec.version(), "engine": loaded_engine()}))


if __name__ == "__main__":
    main(*sys.argv[1:])
