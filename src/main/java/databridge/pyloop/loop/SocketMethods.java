package databridge.pyloop.loop;

import static databridge.pyloop.cpython.CallingConvention.FASTCALL_KEYWORDS;
import static databridge.pyloop.cpython.CallingConvention.ONE_ARGUMENT;
import static databridge.pyloop.cpython.Singletons.NONE;

import databridge.pyloop.cpython.BufferApi;
import databridge.pyloop.cpython.BytesApi;
import databridge.pyloop.cpython.CallApi;
import databridge.pyloop.cpython.NumberApi;
import databridge.pyloop.cpython.OsErrors;
import databridge.pyloop.cpython.Owned;
import databridge.pyloop.cpython.PositionalOnly;
import databridge.pyloop.cpython.PyError;
import databridge.pyloop.cpython.PyName;
import databridge.pyloop.cpython.Refs;
import databridge.pyloop.cpython.TypeDef;
import databridge.pyloop.engine.Interest;
import databridge.pyloop.ffi.Memory;
import databridge.pyloop.ffi.ReusableBlock;
import databridge.pyloop.libc.Errno;
import databridge.pyloop.libc.Sockets;
import databridge.pyloop.runtime.EntryPoint;

/// What `sock_recv` and its siblings do with a socket: system calls that do not block, and waits until the
/// next one can succeed. Under the GIL.
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
                        "_sock_wait_readable($self, fd, /)",
                        ONE_ARGUMENT,
                        "awaitReadable",
                        "Return a future that is resolved once the socket is readable.")
                .method(
                        "_sock_wait_writable($self, fd, /)",
                        ONE_ARGUMENT,
                        "awaitWritable",
                        "Return a future that is resolved once the socket is writable.")
                .method(
                        "_sock_end_wait($self, fd, future, /)",
                        FASTCALL_KEYWORDS,
                        "endWait",
                        "End the wait of a future that is not resolved.");
    }

    @EntryPoint
    @Owned
    static long receive(long self, long arguments, long count, long keywords) {
        PositionalOnly.require("_sock_receive", 2, count, keywords);
        int fd = NumberApi.asInt(Memory.getLong(arguments));
        long size = NumberApi.asLong(Memory.getLong(arguments + Long.BYTES));
        long received = LoopEngine.of(self).scratch().receiver().receiveUpTo(fd, size);
        if (received > 0) {
            return received;
        }
        if (received == 0) {
            return BytesApi.copy(self, 0);
        }
        if (triesAgain((int) received)) {
            return Refs.retain(NONE);
        }
        throw OsErrors.raise((int) -received);
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
            sent = sendBuffer(LoopEngine.of(self).scratch().view(), fd, data);
        }
        if (sent < 0 && !triesAgain(sent)) {
            throw OsErrors.raise(-sent);
        }
        return NumberApi.fromLong(Math.max(sent, 0));
    }

    private static int sendBuffer(ReusableBlock views, int fd, long data) {
        long view = views.take(BufferApi.VIEW_SIZE);
        try {
            BufferApi.open(view, data);
            try {
                return Sockets.send(fd, BufferApi.data(view), BufferApi.size(view));
            } finally {
                BufferApi.release(view);
            }
        } finally {
            views.giveBack(view);
        }
    }

    @EntryPoint
    @Owned
    static long awaitReadable(long self, long fd) {
        return await(self, fd, Interest.READ);
    }

    @EntryPoint
    @Owned
    static long awaitWritable(long self, long fd) {
        return await(self, fd, Interest.WRITE);
    }

    @EntryPoint
    @Owned
    static long endWait(long self, long arguments, long count, long keywords) {
        PositionalOnly.require("_sock_end_wait", 2, count, keywords);
        LoopEngine engine = LoopEngine.ifOpen(self);
        if (engine != null) {
            int fd = NumberApi.asInt(Memory.getLong(arguments));
            engine.watchers().endWait(fd, Memory.getLong(arguments + Long.BYTES));
        }
        return Refs.retain(NONE);
    }

    @Owned
    private static long await(long self, long number, int direction) {
        LoopEngine engine = LoopEngine.of(self);
        int fd = NumberApi.asInt(number);
        if (engine.transportRegistrations().isRegistered(fd)) {
            CallApi.run(ENSURE_NO_TRANSPORT, self, number);
        }
        long future = PyError.orThrow(engine.callArguments().callMethod(CREATE_FUTURE, self));
        try {
            engine.watchers().await(fd, direction, Refs.retain(future));
        } catch (PyError failed) {
            Refs.release(future);
            throw failed;
        }
        return future;
    }

    private static boolean triesAgain(int result) {
        return result == -Errno.EAGAIN || result == -Errno.EINTR;
    }
}
