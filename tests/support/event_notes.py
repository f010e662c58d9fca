"""What protocols under test note, and how a test waits for it."""

import asyncio
from collections.abc import Callable


class EventNotes:
    """The calls a transport has made, in order."""

    def __init__(self) -> None:
        self.events: list[str] = []
        self._waiters: list[asyncio.Future[None]] = []

    def note(self, event: str) -> None:
        """Append the event and let those that wait look again."""
        self.events.append(event)
        self.look_again()

    def look_again(self) -> None:
        """Let those that wait look again."""
        for waiter in self._waiters:
            if not waiter.done():
                waiter.set_result(None)
        self._waiters.clear()

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait for the condition, which is asked again after every event."""
        while not condition():
            self._waiters.append(asyncio.get_running_loop().create_future())
            await self._waiters[-1]

    async def until_event(self, event: str) -> None:
        """Wait for an event, which may have happened already."""
        await self.until(lambda: event in self.events)
