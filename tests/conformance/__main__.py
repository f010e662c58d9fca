"""Makes the folder a command: `python tests/conformance [--loop LOOP] [SUITE ...]`."""

import sys
from pathlib import Path

# Started as a folder, Python has this one on its path; the package is found in the one above.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from conformance.report import main

if __name__ == "__main__":
    sys.exit(main())
