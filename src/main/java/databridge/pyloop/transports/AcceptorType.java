package databridge.pyloop.transports;

import static databridge.pyloop.cpython.CallingConvention.FASTCALL_KEYWORDS;
import static databridge.pyloop.cpython.Singletons.NONE;

import databridge.pyloop.cpython.ArgumentArray;
import databridge.pyloop.cpython.Borrowed;
import databridge.pyloop.cpython.CallApi;
import databridge.pyloop.cpython.NumberApi;
import databridge.pyloop.cpython.OsErrors;
import databridge.pyloop.cpython.PositionalOnly;
import databridge.pyloop.cpython.PyError;
import databridge.pyloop.cpython.PyName;
import databridge.pyloop.cpython.Refs;
import databridge.pyloop.cpython.Singletons;
import databridge.pyloop.cpython.SlottedClass;
import databridge.pyloop.cpython.StackGuard;
import databridge.pyloop.cpython.TypeApi;
import databridge.pyloop.cpython.TypeDef;
import databridge.pyloop.ffi.Memory;
import databridge.pyloop.libc.AddressBuffer;
import databridge.pyloop.libc.Errno;
import databridge.pyloop.libc.FileDescriptors;
import databridge.pyloop.libc.Sockets;
import databridge.pyloop.loop.LoopEngine;
import databridge.pyloop.loop.LoopType;
import databridge.pyloop.loop.Scratch;
import databridge.pyloop.runtime.EntryPoint;

/// `AcceptorCore`: accepts the connections that wait at a listening socket and passes each to a
/// Python method.
public final class AcceptorType {
    private static long EMPTY;
    private static final PyName ACCEPTED = PyName.of("_accepted");

    private static long TYPE;

    private AcceptorType() {}

    static void bind() {
        EMPTY = SlottedClass.withSlots("AcceptorRoots", "_sock");
        TYPE = TypeDef.named(AcceptorType.class, "data_bridge.pyloop.AcceptorCore", "The engine of a listening socket.")
                .method(
                        "_accept($self, fd, most, is_tcp, loop, /)",
                        FASTCALL_KEYWORDS,
                        "accept",
                        "Call _accepted(fd, peername, sockname) for every connection that waits, up to `most`.")
                .build(EMPTY, TypeApi.basicSize(EMPTY));
    }

    /// The type object. Borrowed.
    @Borrowed
    public static long type() {
        return TYPE;
    }

    /// `_accept()`. Raises OSError, but not if the peer has already ended a connection that waited
    /// (ECONNABORTED, accept(2)).
    @EntryPoint
    static long accept(long self, long arguments, long count, long keywords) {
        PositionalOnly.require("_accept", 4, count, keywords);
        int fd = NumberApi.asInt(Memory.getLong(arguments));
        long most = NumberApi.asLong(Memory.getLong(arguments + Long.BYTES));
        boolean tcp = Memory.getLong(arguments + 2 * Long.BYTES) == Singletons.TRUE;
        LoopEngine engine = LoopType.engineOf(Memory.getLong(arguments + 3 * Long.BYTES));
        StackGuard.check();
        for (long i = 0; i < most; i++) {
            int accepted = engine.scratch().address().accept(fd);
            if (accepted < 0) {
                if (isOver(accepted)) {
                    break;
                }
                throw OsErrors.raise(-accepted);
            }
            report(self, accepted, tcp, engine.scratch());
        }
        return Refs.retain(NONE);
    }

    /// Calls `_accepted` for a connection, or closes it if its addresses cannot be converted.
    ///
    /// @param scratch contains the address of the peer
    /// @throws PyError what the method raised, or MemoryError
    private static void report(long self, int accepted, boolean tcp, Scratch scratch) {
        if (tcp) {
            Sockets.setNoDelay(accepted);
        }
        ArgumentArray calls = scratch.callArguments();
        long array = 0;
        try {
            array = calls.take(4);
            fill(array, self, accepted, scratch.address());
        } catch (Throwable failed) {
            FileDescriptors.close(accepted);
            if (array != 0) {
                calls.giveBack(array);
            }
            throw failed;
        }
        long result = CallApi.callMethodOf(ACCEPTED, array, 4);
        for (int i = 1; i < 4; i++) {
            Refs.clear(array + (long) i * Long.BYTES);
        }
        calls.giveBack(array);
        Refs.release(PyError.orThrow(result));
    }

    /// Writes the arguments of `_accepted`: `self`, borrowed, the descriptor, the peer's address and the socket's own.
    private static void fill(long array, long self, int accepted, AddressBuffer address) {
        long peer = Addresses.toPython(address.address(), address.size());
        long own = 0;
        try {
            own = address.ownAddress(accepted) < 0
                    ? Refs.retain(NONE)
                    : AddressCache.toPython(address.address(), address.size());
            Memory.putLong(array + Long.BYTES, NumberApi.fromLong(accepted));
        } catch (Throwable failed) {
            Refs.release(peer);
            Refs.releaseIfAny(own);
            throw failed;
        }
        Memory.putLong(array, self);
        Memory.putLong(array + 2 * Long.BYTES, peer);
        Memory.putLong(array + 3 * Long.BYTES, own);
    }

    private static boolean isOver(int result) {
        return result == -Errno.EAGAIN || result == -Errno.EINTR || result == -Errno.ECONNABORTED;
    }
}
