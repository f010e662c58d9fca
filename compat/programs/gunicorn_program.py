"""gunicorn: workers of uvicorn, and its own for ASGI."""

from compat.commands import serve

if __name__ == "__main__":
    common = ("--workers", "2", "--bind", "127.0.0.1:{port}", "--no-control-socket", "compat.programs.application:app")
    serve("gunicorn", "-k", "uvicorn_worker.UvicornWorker", *common)
    serve("gunicorn", "-k", "asgi", "--asgi-loop", "asyncio", *common)
