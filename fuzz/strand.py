"""What a strand is: operations that are made at random, and what runs them beside other strands."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import asyncio

    from fuzz.choices import Choices
    from fuzz.program import Op
    from fuzz.recorder import Recorder


class Strand(ABC):
    """One strand of a running program. It writes what it observes into lanes whose names begin with its own."""

    def __init__(self, loop: asyncio.AbstractEventLoop, recorder: Recorder, lane: str) -> None:
        self.loop = loop
        self.recorder = recorder
        self.lane = lane

    @staticmethod
    @abstractmethod
    def generate(choices: Choices) -> Op:
        """Make the operations of a strand; the kind of the result is the strand's key in `fuzz.strands`."""

    @abstractmethod
    async def run(self, strand: Op) -> None:
        """Do them."""
