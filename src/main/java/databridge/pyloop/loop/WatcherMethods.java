package databridge.pyloop.loop;

import static databridge.pyloop.cpython.CallingConvention.FASTCALL_KEYWORDS;
import static databridge.pyloop.cpython.CallingConvention.NO_ARGUMENTS;
import static databridge.pyloop.cpython.CallingConvention.ONE_ARGUMENT;
import static databridge.pyloop.cpython.Singletons.FALSE;
import static databridge.pyloop.cpython.Singletons.NONE;
import static databridge.pyloop.cpython.Singletons.TRUE;
import static databridge.pyloop.engine.Interest.READ;
import static databridge.pyloop.engine.Interest.WRITE;

import databridge.pyloop.cpython.CallApi;
import databridge.pyloop.cpython.ContextApi;
import databridge.pyloop.cpython.ErrorApi;
import databridge.pyloop.cpython.ListApi;
import databridge.pyloop.cpython.NumberApi;
import databridge.pyloop.cpython.ObjectApi;
import databridge.pyloop.cpython.Owned;
import databridge.pyloop.cpython.PositionalOnly;
import databridge.pyloop.cpython.PyError;
import databridge.pyloop.cpython.PyName;
import databridge.pyloop.cpython.Refs;
import databridge.pyloop.cpython.Singletons;
import databridge.pyloop.cpython.TypeDef;
import databridge.pyloop.ffi.Memory;
import databridge.pyloop.handles.HandleProperties;
import databridge.pyloop.handles.HandleType;
import databridge.pyloop.runtime.EntryPoint;

/// The methods `_add_reader`, `_remove_reader` and their siblings. asyncio's public methods, its transports and its
/// `sock_*` methods all call these.
final class WatcherMethods {
    private static final PyName FILENO = PyName.of("_fileno");
    private static final PyName ASYNCIO_HANDLE = PyName.of("_asyncio_handle");

    private WatcherMethods() {}

    static TypeDef declare(TypeDef type) {
        return type.implementedBy(WatcherMethods.class)
                .method(
                        "_add_reader($self, fd, callback, /, *args, context=None)",
                        FASTCALL_KEYWORDS,
                        "addReader",
                        "Call back whenever the file descriptor is readable; return the Handle.")
                .method(
                        "_add_writer($self, fd, callback, /, *args, context=None)",
                        FASTCALL_KEYWORDS,
                        "addWriter",
                        "Call back whenever the file descriptor is writable; return the Handle.")
                .method(
                        "_registrations($self, /)",
                        NO_ARGUMENTS,
                        "registrations",
                        "File object, fd, reader, writer, ...")
                .method(
                        "_transport_at($self, fd, /)",
                        ONE_ARGUMENT,
                        "transportAt",
                        "Return the transport that the file descriptor belongs to, or None.")
                .method(
                        "_set_transport_at($self, fd, transport, /)",
                        FASTCALL_KEYWORDS,
                        "setTransportAt",
                        "Set the transport, still in use, that the file descriptor belongs to, or None.")
                .method("_remove_reader($self, fd, /)", ONE_ARGUMENT, "removeReader", "Return whether there was one.")
                .method("_remove_writer($self, fd, /)", ONE_ARGUMENT, "removeWriter", "Return whether there was one.");
    }

    @EntryPoint
    @Owned
    static long addReader(long self, long arguments, long count, long keywords) {
        return add("_add_reader", self, READ, arguments, count, keywords);
    }

    @EntryPoint
    @Owned
    static long addWriter(long self, long arguments, long count, long keywords) {
        return add("_add_writer", self, WRITE, arguments, count, keywords);
    }

    @EntryPoint
    @Owned
    static long registrations(long self) {
        LoopEngine engine = LoopEngine.ifOpen(self);
        return engine == null ? ListApi.empty() : engine.watchers().registrations();
    }

    @EntryPoint
    @Owned
    static long transportAt(long self, long fd) {
        LoopEngine engine = LoopEngine.ifOpen(self);
        long transport = 0;
        try {
            transport = engine == null ? 0 : engine.transports().get(NumberApi.asInt(fd));
        } catch (PyError failed) {
            ErrorApi.clearOnly(Singletons.OVERFLOW_ERROR); // no transport has a number that is no C `int`
        }
        return Refs.retain(transport == 0 ? NONE : transport);
    }

    @EntryPoint
    @Owned
    static long setTransportAt(long self, long arguments, long count, long keywords) {
        PositionalOnly.require("_set_transport_at", 2, count, keywords);
        LoopEngine engine = LoopEngine.ifOpen(self);
        int fd = NumberApi.asInt(Memory.getLong(arguments));
        long transport = Memory.getLong(arguments + Long.BYTES);
        if (engine != null) {
            engine.transports().put(fd, transport == NONE ? 0 : transport);
        }
        return Refs.retain(NONE);
    }

    @EntryPoint
    @Owned
    static long removeReader(long self, long fileObject) {
        return remove(self, READ, fileObject);
    }

    @EntryPoint
    @Owned
    static long removeWriter(long self, long fileObject) {
        return remove(self, WRITE, fileObject);
    }

    @Owned
    private static long add(String method, long self, int direction, long arguments, long count, long keywords) {
        boolean inContext = keywords != 0 && Scheduling.isOnlyContext(keywords);
        PositionalOnly.requireAtLeast(method, 2, count, inContext ? 0 : keywords);
        LoopEngine engine = LoopEngine.of(self);
        long fileObject = Memory.getLong(arguments);
        long handle = newHandle(engine, arguments + Long.BYTES, count - 1, inContext ? keywords : 0);
        try {
            int fd = fileno(engine, fileObject);
            engine.watchers().add(fd, direction, Refs.retain(handle), fileObject);
        } catch (PyError pending) {
            Refs.release(handle);
            throw pending;
        }
        return handle;
    }

    @Owned
    private static long remove(long self, int direction, long fileObject) {
        LoopEngine engine = LoopEngine.ifOpen(self);
        if (engine == null) {
            return Refs.retain(FALSE);
        }
        int fd;
        try {
            fd = fileno(engine, fileObject);
        } catch (PyError closedOrWrong) {
            fd = engine.watchers().find(fileObject);
            if (fd < 0) {
                ErrorApi.clearOnly(Singletons.OVERFLOW_ERROR); // no descriptor has a number that is no C `int`
            } else {
                ErrorApi.clear();
            }
        }
        return Refs.retain(engine.watchers().remove(fd, direction) ? TRUE : FALSE);
    }

    /// A handle that is scheduled again and again, so the garbage collector tracks it from the start.
    @Owned
    private static long newHandle(LoopEngine engine, long arguments, long count, long keywords) {
        if (engine.debug()) {
            return PyError.orThrow(CallApi.forward(ASYNCIO_HANDLE, engine.self(), arguments, count, keywords));
        }
        long context = Scheduling.context(arguments, count, keywords);
        if (context == 0) {
            context = ContextApi.copyCurrent();
        }
        long handle = HandleType.POOL.take();
        HandleType.fill(handle, engine.number(), Memory.getLong(arguments), context, arguments + Long.BYTES, count - 1);
        HandleProperties.complete(handle);
        ObjectApi.track(handle);
        return handle;
    }

    /// @throws PyError ValueError if the object is no valid file descriptor and has none, OverflowError if
    ///     the descriptor is no C `int`
    private static int fileno(LoopEngine engine, long fileObject) {
        if (NumberApi.isExactLong(fileObject)) {
            int fd = NumberApi.asInt(fileObject);
            if (fd >= 0) {
                return fd;
            }
        }
        long number = PyError.orThrow(CallApi.callMethod(FILENO, engine.self(), fileObject));
        try {
            return NumberApi.asInt(number);
        } finally {
            Refs.release(number);
        }
    }
}
