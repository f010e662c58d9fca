"""Programs that once ended the process, or would have: each runs behind `PREFACE` and must end well."""

PROGRAMS = {
    "attribute deleted: protocol": """
        transport = attached()
        transport._add_reader()
        del transport._protocol
        peer.send(b"data")
        turn()
        turn()
        """,
    "attribute deleted: context": """
        transport = attached()
        transport._add_reader()
        del transport._read_context
        peer.send(b"data")
        turn()
        turn()
        """,
    "attributes of handles": """
        for name in ("_context_vars", "_inline_0", "_inline_1", "_inline_2"):
            handle = loop.call_soon(print, 1, 2, 3)
            for change in (lambda: setattr(handle, name, 5), lambda: delattr(handle, name)):
                try:
                    change()
                except AttributeError:
                    pass
            assert handle._args == (1, 2, 3)
            turn()
        """,
    "attributes of loops": """
        items = tuple(range(100))
        loop._roots = items
        loop._keywords = items
        loop.add_reader(sock, print)
        loop.create_future()
        del loop._roots, loop._keywords
        assert items == tuple(range(100))
        turn()
        """,
    "detached while it reads, with something to write": """
        class Protocol(asyncio.Protocol):
            def data_received(self, data):
                transport._detach()
        transport = attached(Protocol())
        transport._add_reader()
        while not transport._unsent():
            transport.write(bytes(100_000))
        peer.recv(1 << 20)
        peer.send(b"data")
        turn()
        turn()
        """,
    "detached by the length of what is written": """
        class Data(bytes):
            def __len__(self):
                transport._detach()
                return 5
        transport = attached()
        for write in (lambda: transport.write(Data(b"hello")), lambda: transport.writelines([Data(b"hello")])):
            try:
                write()
            except AttributeError:
                pass  # a bare core has no methods of asyncio's
        """,
    "closed while it accepts": """
        class Acceptor(_engine.AcceptorCore):
            def _accepted(self, fd, *addresses):
                loop.close()
                blocks.extend(bytearray(64) for _ in range(1000))
        blocks = []
        server = socket.create_server(("127.0.0.1", 0))
        clients = [socket.create_connection(server.getsockname()) for _ in range(5)]
        server.setblocking(False)
        Acceptor.__new__(Acceptor)._accept(server.fileno(), 5, True, loop)
        """,
    "closed while a buffer is given": """
        class Protocol(asyncio.BufferedProtocol):
            def get_buffer(self, size):
                loop.close()
                blocks.extend(bytearray(80) for _ in range(1000))
                return bytearray(100)
        blocks = []
        transport = attached()
        transport.set_protocol(Protocol())
        transport._add_reader()
        peer.send(b"data")
        transport._read_ready()
        """,
    "freed though unclosed, because the warning is an error": """
        import warnings
        warnings.simplefilter("error", ResourceWarning)
        sys.unraisablehook = lambda _arguments: None
        handle, timer = loop.call_soon(print), loop.call_later(100, print)
        loop.set_exception_handler(None)
        del loop
        gc.collect()
        blocks = [bytearray(size) for size in range(400, 700) for _ in range(20)]
        handle.cancel()
        timer.cancel()
        for one in (handle, timer):
            repr(one), getattr(one, "_loop", None)
        """,
    "freed though unclosed, because its class has no __del__": """
        class Loop(type(loop)):
            def __del__(self):
                pass
        sys.unraisablehook = lambda _arguments: None
        other = Loop()
        handle, timer = other.call_soon(print), other.call_later(100, print)
        other._ssock.close(), other._csock.close()
        del other
        gc.collect()
        blocks = [bytearray(size) for size in range(400, 700) for _ in range(20)]
        handle.cancel()
        timer.cancel()
        for one in (handle, timer):
            repr(one), getattr(one, "_loop", None)
        """,
    "faults injected from no memory": """
        for wrong in (0, 1 << 40, b"x" * 32, bytearray(31), object()):
            try:
                _engine._inject_faults(wrong)
            except (TypeError, ValueError, BufferError):
                continue
            raise AssertionError(wrong)
        _engine._inject_faults(bytearray(32))
        gc.collect()
        turn()
        _engine._inject_faults(None)
        turn()
        """,
}

PREFACE = """
import asyncio, faulthandler, gc, socket, sys
from data_bridge.pyloop import _engine, new_event_loop

faulthandler.enable()
loop = new_event_loop()
loop.set_exception_handler(lambda _loop, context: None)
sock, peer = socket.socketpair()
sock.setblocking(False)
peer.setblocking(False)

class Stream(_engine.StreamCore):
    def _fail(self, error, message):
        pass

def attached(protocol=None):
    transport = Stream.__new__(Stream)
    transport._high_water = 1 << 30
    transport._protocol = protocol or asyncio.Protocol()
    transport._attach(loop, sock, sock.fileno(), True)
    return transport

def turn():
    loop.call_soon(int)
    loop._run_once()

"""
