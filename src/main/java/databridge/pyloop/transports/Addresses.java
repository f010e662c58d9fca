package databridge.pyloop.transports;

import static databridge.pyloop.libc.SocketAddress.AF_INET;
import static databridge.pyloop.libc.SocketAddress.AF_INET6;
import static databridge.pyloop.libc.SocketAddress.AF_UNIX;

import databridge.pyloop.cpython.BytesApi;
import databridge.pyloop.cpython.ErrorApi;
import databridge.pyloop.cpython.NumberApi;
import databridge.pyloop.cpython.ObjectApi;
import databridge.pyloop.cpython.Owned;
import databridge.pyloop.cpython.PyError;
import databridge.pyloop.cpython.Refs;
import databridge.pyloop.cpython.Singletons;
import databridge.pyloop.cpython.Stolen;
import databridge.pyloop.cpython.TupleApi;
import databridge.pyloop.cpython.UnicodeApi;
import databridge.pyloop.ffi.Memory;
import databridge.pyloop.libc.SocketAddress;

/// Addresses of sockets as the `socket` module shows them, and back. Under the GIL.
final class Addresses {
    /// Returned for an address that only the `socket` module understands, or refuses.
    static final int UNUSUAL = -1;

    private static final long LARGEST_PORT = 0xFFFF;
    private static final long LARGEST_FLOW_INFO = 0xFFFFF;
    private static final long LARGEST_SCOPE_ID = 0xFFFF_FFFFL;
    private static final long WRONG = -1;

    private Addresses() {}

    /// `(host, port)`, `(host, port, flowinfo, scope_id)`, a path, a name as `bytes`, or None.
    @Owned
    static long toPython(long address, int size) {
        if (size == 0) {
            return Refs.retain(Singletons.NONE);
        }
        return switch (SocketAddress.family(address)) {
            case AF_UNIX -> unixName(address + SocketAddress.UNIX_HEAD, size - SocketAddress.UNIX_HEAD);
            case AF_INET6 -> internet(address, 4);
            default -> internet(address, 2);
        };
    }

    /// Writes the address that an object describes.
    ///
    /// @return its size, or [#UNUSUAL]
    static int fromPython(long object, int family, long address) {
        if (family == AF_UNIX) {
            return unixAddress(object, address);
        }
        if (ObjectApi.typeOf(object) != Singletons.TUPLE_TYPE || TupleApi.size(object) < 2) {
            return UNUSUAL;
        }
        long host = TupleApi.item(object, 0);
        long text = UnicodeApi.isExact(host) ? UnicodeApi.asCString(host) : 0;
        long port = number(object, 1, LARGEST_PORT);
        if (text == 0 || port == WRONG) {
            return UNUSUAL;
        }
        return family == AF_INET ? inet(object, text, port, address) : inet6(object, text, port, address);
    }

    @Owned
    private static long internet(long address, int count) {
        int port = SocketAddress.port(address);
        long flowInfo = count == 4 ? SocketAddress.flowInfo(address) : 0; // an address of IPv4 is shorter
        long scopeId = count == 4 ? SocketAddress.scopeId(address) : 0;
        long host = UnicodeApi.fromCString(SocketAddress.host(address));
        long tuple = tupleOf(host, count); // may run the garbage collector: nothing is read from memory after it
        TupleApi.put(tuple, 1, NumberApi.fromLong(port));
        if (count == 4) {
            TupleApi.put(tuple, 2, NumberApi.fromLong(flowInfo));
            TupleApi.put(tuple, 3, NumberApi.fromLong(scopeId));
        }
        return tuple;
    }

    @Owned
    private static long tupleOf(@Stolen long first, int count) {
        long tuple;
        try {
            tuple = TupleApi.ofNone(count);
        } catch (PyError noMemory) {
            Refs.release(first);
            throw noMemory;
        }
        TupleApi.put(tuple, 0, first);
        return tuple;
    }

    @Owned
    private static long unixName(long path, int size) {
        if (size > 0 && Memory.getByte(path) == 0) {
            return BytesApi.copy(path, size);
        }
        int length = 0;
        while (length < size && Memory.getByte(path + length) != 0) {
            length++;
        }
        return UnicodeApi.decodeFileName(path, length);
    }

    private static int inet(long tuple, long host, long port, long address) {
        boolean understood = TupleApi.size(tuple) == 2 && SocketAddress.putInet(address, host, (int) port);
        return understood ? SocketAddress.INET_SIZE : UNUSUAL;
    }

    private static int inet6(long tuple, long host, long port, long address) {
        long size = TupleApi.size(tuple);
        long flowInfo = size > 2 ? number(tuple, 2, LARGEST_FLOW_INFO) : 0;
        long scopeId = size > 3 ? number(tuple, 3, LARGEST_SCOPE_ID) : 0;
        boolean understood = size <= 4
                && flowInfo != WRONG
                && scopeId != WRONG
                && SocketAddress.putInet6(address, host, (int) port, (int) flowInfo, (int) scopeId);
        return understood ? SocketAddress.INET6_SIZE : UNUSUAL;
    }

    private static int unixAddress(long object, long address) {
        long bytes;
        if (BytesApi.isExact(object)) {
            bytes = Refs.retain(object);
        } else if (UnicodeApi.isExact(object)) {
            bytes = UnicodeApi.encodeFileName(object);
        } else {
            return UNUSUAL;
        }
        if (bytes == 0) {
            return UNUSUAL;
        }
        long size = BytesApi.size(bytes);
        boolean fits = size > 0 && size < SocketAddress.UNIX_PATH;
        int written = fits ? SocketAddress.putUnix(address, BytesApi.data(bytes), (int) size) : UNUSUAL;
        Refs.release(bytes);
        return written;
    }

    /// An item of a tuple, or [#WRONG] if it is no `int` or not from 0 to `largest`.
    private static long number(long tuple, int index, long largest) {
        long object = TupleApi.item(tuple, index);
        if (!NumberApi.isExactLong(object)) {
            return WRONG;
        }
        try {
            long value = NumberApi.asLong(object);
            return value <= largest ? Math.max(value, WRONG) : WRONG;
        } catch (PyError tooLarge) {
            ErrorApi.clear();
            return WRONG;
        }
    }
}
