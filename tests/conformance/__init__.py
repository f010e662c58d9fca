"""CPython's own asyncio tests, taken from the running interpreter and run against one event loop."""
