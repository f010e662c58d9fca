"""The Python types that are defined in Java; importing this module starts the engine."""

from ._boot import boot

_namespace = boot()

Handle = _namespace["Handle"]
LoopCore = _namespace["LoopCore"]
StreamCore = _namespace["StreamCore"]
TimerHandle = _namespace["TimerHandle"]
facts = _namespace["facts"]
