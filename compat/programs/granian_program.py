"""granian: two workers that are spawned."""

from compat.commands import serve

if __name__ == "__main__":
    options = ("--interface", "asgi", "--loop", "asyncio", "--workers", "2", "--port", "{port}")
    serve("granian", *options, "compat.programs.application:app")
