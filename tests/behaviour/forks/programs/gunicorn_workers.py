"""uvicorn's worker class for gunicorn, on PyLoop."""

from typing import Any, ClassVar

try:
    from uvicorn_worker import UvicornWorker
except ModuleNotFoundError:
    from uvicorn.workers import UvicornWorker


class PyLoopWorker(UvicornWorker):  # type: ignore[misc]
    """Named on gunicorn's command line."""

    CONFIG_KWARGS: ClassVar[dict[str, Any]] = {"loop": "data_bridge.pyloop:new_event_loop"}
