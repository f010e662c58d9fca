"""uvicorn: one process, and two workers that are spawned."""

from compat.commands import serve

if __name__ == "__main__":
    serve("uvicorn", "--port", "{port}", "compat.programs.application:app")
    serve("uvicorn", "--workers", "2", "--port", "{port}", "compat.programs.application:app")
