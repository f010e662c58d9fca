"""hypercorn: two workers that are spawned."""

from compat.commands import serve

if __name__ == "__main__":
    serve("hypercorn", "--workers", "2", "--bind", "127.0.0.1:{port}", "compat.programs.application:app")
