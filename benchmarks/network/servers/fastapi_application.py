"""An application of FastAPI with one model."""

# Annotations are no strings here: FastAPI evaluates them, and sees only the names of the module.
from typing import TYPE_CHECKING, Any

from fastapi import FastAPI
from pydantic import BaseModel

if TYPE_CHECKING:
    from benchmarks.network.servers.web import Application


class Item(BaseModel):  # type: ignore[misc, unused-ignore]  # of class Any where pydantic is not installed
    """What is returned."""

    number: int
    name: str
    price: float
    tags: list[str]


def make_application(answer: dict[str, Any]) -> "Application":
    """One route."""
    application = FastAPI()

    async def read() -> Item:
        return Item(**answer)

    application.add_api_route("/", read)
    made: Application = application
    return made
