"""How big the tests of overload are."""

import os

# With this variable set, the tests have the sizes that docs/reliability.md states; without it, what fits a short run.
FULL = bool(os.environ.get("PYLOOP_OVERLOAD_FULL"))
