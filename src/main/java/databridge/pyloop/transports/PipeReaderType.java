package databridge.pyloop.transports;

import static databridge.pyloop.cpython.Singletons.NONE;
import static databridge.pyloop.cpython.TypeDef.Kind.NO_ARGUMENTS;

import databridge.pyloop.cpython.Borrowed;
import databridge.pyloop.cpython.BytesApi;
import databridge.pyloop.cpython.CallApi;
import databridge.pyloop.cpython.ErrorApi;
import databridge.pyloop.cpython.NumberApi;
import databridge.pyloop.cpython.ObjectApi;
import databridge.pyloop.cpython.Owned;
import databridge.pyloop.cpython.PyError;
import databridge.pyloop.cpython.Refs;
import databridge.pyloop.cpython.Singletons;
import databridge.pyloop.cpython.SlottedClass;
import databridge.pyloop.cpython.Stolen;
import databridge.pyloop.cpython.TypeDef;
import databridge.pyloop.cpython.UnicodeApi;
import databridge.pyloop.ffi.Memory;
import databridge.pyloop.libc.ErrnoCode;
import databridge.pyloop.libc.Pipes;
import databridge.pyloop.types.ArgumentArray;
import java.lang.invoke.MethodHandles;

/// `PipeReaderCore`: the half of a read pipe transport that is Java, in front of asyncio's own.
///
/// It reads. The loop's reader handle for the descriptor calls it, level-triggered, as it would call asyncio's method:
/// what is read says nothing about what is left, since terminals give a line and packet pipes a packet at a time.
public final class PipeReaderType {
    private static final long READ_TRANSPORT = readTransportClass();

    private static final long PROTOCOL = SlottedClass.basicSize(READ_TRANSPORT);
    private static final long FILENO = PROTOCOL + Long.BYTES;
    private static final long LAST_READ = FILENO + Long.BYTES;
    private static final long SIZE = LAST_READ + Integer.BYTES;

    private static final long DATA_RECEIVED = UnicodeApi.interned("data_received");
    private static final long MAX_SIZE = UnicodeApi.interned("max_size");
    private static final long READ_ENDED = UnicodeApi.interned("_read_ended");
    private static final long READ_FAILED = UnicodeApi.interned("_read_failed");

    /// Up to here a copy of what came is cheaper than an object of full size that is shortened.
    private static final int WORTH_COPYING = 16 * 1024;

    /// The most one call of the kernel reads.
    private static final long LARGEST_READ = 0x7ffff000;

    private static final int SCRATCH_SIZE = 256 * 1024;
    private static final long SCRATCH = Memory.allocateForever(SCRATCH_SIZE);
    private static final long FIELD = Memory.allocateForever(Long.BYTES);
    private static final ArgumentArray ARGUMENTS = new ArgumentArray();

    private static final long TYPE = declare().build(READ_TRANSPORT, SIZE);

    private PipeReaderType() {}

    /// The type object. Borrowed.
    @Borrowed
    public static long type() {
        return TYPE;
    }

    private static TypeDef declare() {
        return TypeDef.named(
                        MethodHandles.lookup(),
                        "data_bridge.pyloop.PipeReaderCore",
                        "The engine of a read pipe transport.")
                .objectMember("_protocol", PROTOCOL)
                .objectMember("_fileno", FILENO)
                .method("_read_ready($self, /)", NO_ARGUMENTS, "readReady", "Read once and hand on what came.");
    }

    @Owned
    static long readReady(long self, long unused, long unused2, long unused3) {
        long number = Memory.getLong(self + FILENO);
        if (number == 0 || !NumberApi.isExactLong(number)) {
            throw ErrorApi.raise(Singletons.RUNTIME_ERROR, "this transport has no file descriptor");
        }
        int fd = (int) NumberApi.asLong(number);
        long data = read(fd, Memory.getInt(self + LAST_READ), largestRead(self));
        if (data > 0) {
            Memory.putInt(self + LAST_READ, (int) BytesApi.size(data));
            deliver(Memory.getLong(self + PROTOCOL), data);
        } else if (data == 0) {
            CallApi.run(READ_ENDED, self);
        } else if (data != -ErrnoCode.EAGAIN) {
            fail(self, (int) -data);
        }
        return Refs.retain(NONE);
    }

    /// @return the object, 0 at the end, or `-errno`
    @Owned
    private static long read(int fd, int before, long most) {
        if (before < WORTH_COPYING && most <= SCRATCH_SIZE) {
            int count = Pipes.read(fd, SCRATCH, most);
            return count <= 0 ? count : BytesApi.copy(SCRATCH, count);
        }
        long bytes = BytesApi.uninitialised(most);
        int count = Pipes.read(fd, BytesApi.data(bytes), most);
        if (count <= 0) {
            Refs.release(bytes);
            return count;
        }
        if (count == most) {
            return bytes;
        }
        Memory.putLong(FIELD, bytes);
        BytesApi.shorten(FIELD, count);
        return Memory.getLong(FIELD);
    }

    private static void deliver(long protocol, @Stolen long data) {
        long array = ARGUMENTS.take(2);
        Memory.putLong(array, Refs.retain(protocol)); // the transport may get another one meanwhile
        Memory.putLong(array + Long.BYTES, data);
        long result = CallApi.callMethodOf(DATA_RECEIVED, array, 2);
        ARGUMENTS.giveBack(array);
        Refs.release(data);
        Refs.release(protocol);
        Refs.release(PyError.orThrow(result));
    }

    /// An attribute of the class, which programs set.
    private static long largestRead(long self) {
        long size = ObjectApi.getAttribute(self, MAX_SIZE);
        try {
            return Math.min(NumberApi.asLong(size), LARGEST_READ);
        } finally {
            Refs.release(size);
        }
    }

    private static void fail(long self, int errno) {
        long error = ErrorApi.osError(errno);
        try {
            CallApi.run(READ_FAILED, self, error);
        } finally {
            Refs.release(error);
        }
    }

    @Owned
    private static long readTransportClass() {
        long module = ObjectApi.importModule("asyncio.transports");
        long type = ObjectApi.getAttribute(module, "ReadTransport");
        Refs.release(module);
        return type;
    }
}
