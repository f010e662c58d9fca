"""Measures what a process holds at one stage of its start.

    python stages.py MODULE FACTORY import|loop|NUMBER

`import`: it has imported the loop's module. `loop`: it has also made a loop and run one callback. NUMBER: it has then
scheduled so many callbacks at once and run them. Prints [resident bytes, proportional bytes], with the loop still open.
"""

import sys

from process_memory import proportional, resident


def main(module: str, factory: str, stage: str) -> None:
    """Go to the stage, measure and print."""
    create = getattr(__import__(module, fromlist=[factory]), factory)
    loop = None
    count = 0

    def callback() -> None:
        nonlocal count
        count += 1

    if stage != "import":
        loop = create()
        number = 1 if stage == "loop" else int(stage)
        loop.call_soon(loop.stop)
        loop.run_forever()
        for _ in range(number):
            loop.call_soon(callback)
        loop.call_soon(loop.stop)
        loop.run_forever()
        if count != number:
            sys.exit(f"callbacks run: expected {number}, got {count}")
    figures = [resident(), proportional()]
    if loop is not None:
        loop.close()
    print(figures)


main(*sys.argv[1:])
