"""The Python types that are defined in Java; importing this module starts the engine."""

from ._boot import boot

_namespace = boot()

DatagramCore = _namespace["DatagramCore"]
AcceptorCore = _namespace["AcceptorCore"]
Handle = _namespace["Handle"]
LoopCore = _namespace["LoopCore"]
PipeReaderCore = _namespace["PipeReaderCore"]
PipeWriterCore = _namespace["PipeWriterCore"]
StreamCore = _namespace["StreamCore"]
TimerHandle = _namespace["TimerHandle"]
facts = _namespace["facts"]
