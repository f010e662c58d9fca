"""Real clients, servers and test suites on asyncio's loop and on PyLoop: `python -m compat`, or `make compat`."""
