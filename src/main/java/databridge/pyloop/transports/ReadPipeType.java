package databridge.pyloop.transports;

import static databridge.pyloop.cpython.CallingConvention.NO_ARGUMENTS;
import static databridge.pyloop.cpython.Singletons.NONE;

import databridge.pyloop.cpython.Borrowed;
import databridge.pyloop.cpython.BytesApi;
import databridge.pyloop.cpython.CallApi;
import databridge.pyloop.cpython.ErrorApi;
import databridge.pyloop.cpython.ImportApi;
import databridge.pyloop.cpython.NumberApi;
import databridge.pyloop.cpython.ObjectApi;
import databridge.pyloop.cpython.OsErrors;
import databridge.pyloop.cpython.Owned;
import databridge.pyloop.cpython.PyError;
import databridge.pyloop.cpython.PyName;
import databridge.pyloop.cpython.Refs;
import databridge.pyloop.cpython.Singletons;
import databridge.pyloop.cpython.Stolen;
import databridge.pyloop.cpython.TypeApi;
import databridge.pyloop.cpython.TypeDef;
import databridge.pyloop.ffi.Memory;
import databridge.pyloop.libc.Errno;
import databridge.pyloop.loop.InterruptedCalls;
import databridge.pyloop.loop.LoopEngine;
import databridge.pyloop.loop.LoopType;
import databridge.pyloop.loop.Scratch;
import databridge.pyloop.receiving.ReadSize;
import databridge.pyloop.runtime.EntryPoint;

/// `ReadPipeCore`: the half of a read pipe transport that is Java, in front of asyncio's own.
///
/// It only reads. The loop's reader handle for the descriptor calls `_read_ready`, level-triggered, as it
/// would call asyncio's method. A short read does not prove that nothing is left: a terminal returns one line
/// at a time, and a pipe in packet mode one packet (pipe(2), O_DIRECT).
public final class ReadPipeType {
    private static long READ_TRANSPORT;

    private static long PROTOCOL;
    private static long LOOP;
    private static long FILENO;
    private static long LAST_READ;
    private static long SIZE;

    private static final PyName DATA_RECEIVED = PyName.of("data_received");
    private static final PyName MAX_SIZE = PyName.of("max_size");
    private static final PyName READ_ENDED = PyName.of("_read_ended");
    private static final PyName READ_FAILED = PyName.of("_read_failed");

    private static long TYPE;

    private ReadPipeType() {}

    static void bind() {
        READ_TRANSPORT = ImportApi.attribute("asyncio.transports", "ReadTransport");
        PROTOCOL = TypeApi.basicSize(READ_TRANSPORT);
        LOOP = PROTOCOL + Long.BYTES;
        FILENO = LOOP + Long.BYTES;
        LAST_READ = FILENO + Long.BYTES;
        SIZE = LAST_READ + Integer.BYTES;
        TYPE = declare().build(READ_TRANSPORT, SIZE);
    }

    /// The type object. Borrowed.
    @Borrowed
    public static long type() {
        return TYPE;
    }

    private static TypeDef declare() {
        return TypeDef.named(
                        ReadPipeType.class, "data_bridge.pyloop.ReadPipeCore", "The engine of a read pipe transport.")
                .objectMember("_protocol", PROTOCOL)
                .objectMember("_loop", LOOP)
                .objectMember("_fileno", FILENO)
                .method("_read_ready($self, /)", NO_ARGUMENTS, "readReady", "Read once and pass on what came.");
    }

    @EntryPoint
    @Owned
    static long readReady(long self) {
        long number = Memory.getLong(self + FILENO);
        if (number == 0 || !NumberApi.isExactLong(number)) {
            throw ErrorApi.raise(Singletons.RUNTIME_ERROR, "this transport has no file descriptor");
        }
        int fd = NumberApi.asInt(number);
        long most = largestRead(self); // may run Python code
        Scratch scratch = LoopType.scratchOf(Memory.getLong(self + LOOP));
        long data;
        try {
            data = scratch.receiver().read(fd, Memory.getInt(self + LAST_READ), most);
        } catch (PyError noMemory) {
            // The kernel may have handed over bytes for which there is no object, so the stream cannot go on.
            fail(self, ErrorApi.takeRaised());
            return Refs.retain(NONE);
        }
        if (data > 0) {
            Memory.putInt(self + LAST_READ, (int) BytesApi.size(data));
            deliver(Memory.getLong(self + LOOP), Refs.retainField(self + PROTOCOL), data);
        } else if (data == 0) {
            CallApi.run(READ_ENDED, self);
        } else if (data != -Errno.EAGAIN) {
            fail(self, OsErrors.of((int) -data));
        }
        return Refs.retain(NONE);
    }

    private static void deliver(long loop, @Stolen long protocol, @Stolen long data) {
        LoopEngine engine = LoopType.engineIfOpen(loop);
        long result = engine == null
                ? Scratch.ofClosedLoops().callArguments().callMethod(DATA_RECEIVED, protocol, data)
                : InterruptedCalls.call(engine, DATA_RECEIVED, protocol, data);
        Refs.release(data);
        Refs.release(protocol);
        Refs.release(PyError.orThrow(result));
    }

    /// `max_size` in bytes, an attribute of the class that programs set.
    private static long largestRead(long self) {
        long size = ObjectApi.getAttribute(self, MAX_SIZE.object());
        try {
            return Math.min(NumberApi.asLong(size), ReadSize.KERNEL_LIMIT);
        } finally {
            Refs.release(size);
        }
    }

    private static void fail(long self, @Stolen long error) {
        try {
            CallApi.run(READ_FAILED, self, error);
        } finally {
            Refs.release(error);
        }
    }
}
