package databridge.pyloop.loop;

import static databridge.pyloop.cpython.CallingConvention.FASTCALL_KEYWORDS;
import static databridge.pyloop.cpython.Singletons.NONE;

import databridge.pyloop.cpython.BufferApi;
import databridge.pyloop.cpython.BytesApi;
import databridge.pyloop.cpython.CallApi;
import databridge.pyloop.cpython.ErrorApi;
import databridge.pyloop.cpython.NumberApi;
import databridge.pyloop.cpython.Owned;
import databridge.pyloop.cpython.PositionalOnly;
import databridge.pyloop.cpython.PyError;
import databridge.pyloop.cpython.PyName;
import databridge.pyloop.cpython.Refs;
import databridge.pyloop.cpython.TypeDef;
import databridge.pyloop.ffi.Memory;
import databridge.pyloop.libc.ErrnoCode;
import databridge.pyloop.libc.Sockets;
import databridge.pyloop.receiving.Receiver;
import databridge.pyloop.runtime.EntryPoint;

/// What `sock_recv` and its kin do on a socket: try, and wait until it makes sense to try again.
final class SocketMethods {
    private static final PyName CREATE_FUTURE = PyName.of("create_future");
    private static final PyName ENSURE_NO_TRANSPORT = PyName.of("_ensure_fd_no_transport");

    private SocketMethods() {}

    static TypeDef declare(TypeDef type) {
        return type.implementedBy(SocketMethods.class)
                .method(
                        "_sock_receive($self, fd, size, /)",
                        FASTCALL_KEYWORDS,
                        "receive",
                        "Return what the non-blocking socket has, None if that is nothing yet.")
                .method(
                        "_sock_send($self, fd, data, /)",
                        FASTCALL_KEYWORDS,
                        "send",
                        "Return how many bytes the non-blocking socket has taken.")
                .method(
                        "_sock_wait($self, fd, event, /)",
                        FASTCALL_KEYWORDS,
                        "await",
                        "Return a future that is resolved once the socket is ready.")
                .method(
                        "_sock_end_wait($self, fd, event, future, /)",
                        FASTCALL_KEYWORDS,
                        "endWait",
                        "Give up the waiting of a future.");
    }

    @EntryPoint
    @Owned
    static long receive(long self, long arguments, long count, long keywords) {
        PositionalOnly.require("_sock_receive", 2, count, keywords);
        int fd = NumberApi.asInt(Memory.getLong(arguments));
        long size = NumberApi.asLong(Memory.getLong(arguments + Long.BYTES));
        long received = Receiver.receiveUpTo(fd, size);
        if (received > 0) {
            return received;
        }
        if (received == 0) {
            return BytesApi.copy(self, 0);
        }
        if (triesAgain((int) received)) {
            return Refs.retain(NONE);
        }
        throw ErrorApi.raiseOsError((int) -received);
    }

    @EntryPoint
    @Owned
    static long send(long self, long arguments, long count, long keywords) {
        PositionalOnly.require("_sock_send", 2, count, keywords);
        int fd = NumberApi.asInt(Memory.getLong(arguments));
        long data = Memory.getLong(arguments + Long.BYTES);
        int sent;
        if (BytesApi.isExact(data)) {
            sent = Sockets.send(fd, BytesApi.data(data), BytesApi.size(data));
        } else {
            long view = LoopEngine.of(self).view();
            BufferApi.open(view, data);
            try {
                sent = Sockets.send(fd, BufferApi.data(view), BufferApi.size(view));
            } finally {
                BufferApi.release(view);
            }
        }
        if (sent < 0 && !triesAgain(sent)) {
            throw ErrorApi.raiseOsError(-sent);
        }
        return NumberApi.fromLong(Math.max(sent, 0));
    }

    @EntryPoint
    @Owned
    static long await(long self, long arguments, long count, long keywords) {
        PositionalOnly.require("_sock_wait", 2, count, keywords);
        LoopEngine engine = LoopEngine.of(self);
        long number = Memory.getLong(arguments);
        int fd = NumberApi.asInt(number);
        if (engine.watchers().isLent(fd)) {
            CallApi.run(ENSURE_NO_TRANSPORT, self, number);
        }
        long future = PyError.orThrow(engine.callArguments().callMethod(CREATE_FUTURE, self));
        try {
            engine.watchers().await(fd, event(arguments), Refs.retain(future));
        } catch (PyError failed) {
            Refs.release(future);
            throw failed;
        }
        return future;
    }

    @EntryPoint
    @Owned
    static long endWait(long self, long arguments, long count, long keywords) {
        PositionalOnly.require("_sock_end_wait", 3, count, keywords);
        LoopEngine engine = LoopEngine.ifOpen(self);
        if (engine != null) {
            int fd = NumberApi.asInt(Memory.getLong(arguments));
            engine.watchers().endWait(fd, event(arguments), Memory.getLong(arguments + 2 * Long.BYTES));
        }
        return Refs.retain(NONE);
    }

    private static int event(long arguments) {
        return NumberApi.asInt(Memory.getLong(arguments + Long.BYTES));
    }

    private static boolean triesAgain(int result) {
        return result == -ErrnoCode.EAGAIN || result == -ErrnoCode.EINTR;
    }
}
