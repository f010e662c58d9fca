"""A loop is made while no descriptor is free, then one, two and so on: prints whether it took more than one.

Arguments: the kind of loop; "first", or "next" to make another before.
"""

import errno
import resource
import sys

from support.chosen_loop import new_event_loop
from support.full_process import no_free_descriptor
from survival.overload.programs.limits import nothing_left


def main() -> None:
    if sys.argv[2] == "next":
        new_event_loop().close()
    with nothing_left():
        for free in range(10):
            with no_free_descriptor():
                limit = resource.getrlimit(resource.RLIMIT_NOFILE)
                resource.setrlimit(resource.RLIMIT_NOFILE, (limit[0] + free, limit[1]))
                try:
                    new_event_loop().close()
                    break
                except OSError as error:
                    assert error.errno == errno.EMFILE, error
    print(free > 1)


if __name__ == "__main__":
    main()
