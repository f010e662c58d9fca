package databridge.pyloop.transports;

import databridge.pyloop.cpython.Owned;
import databridge.pyloop.cpython.Refs;
import databridge.pyloop.cpython.Stolen;
import databridge.pyloop.ffi.Memory;
import databridge.pyloop.ffi.StaticMemory;
import databridge.pyloop.libc.SocketAddress;

/// Remembers what [Addresses] has converted, in both directions, for all transports. Under the GIL.
///
/// Only objects that cannot change are remembered, by identity: a program that answers a datagram passes the
/// object that `datagram_received` got. An entry is replaced by the next one with the same index. Static
/// because an address means the same in every loop.
final class AddressCache {
    private static final int PLACES = 512;

    // An entry: the object, the size of the address, the address.
    private static final int SIZE = Long.BYTES;
    private static final int ADDRESS = 2 * Long.BYTES;
    private static final int ENTRY = ADDRESS + SocketAddress.CAPACITY;

    private static final StaticMemory BY_ADDRESS = StaticMemory.of((long) PLACES * ENTRY);
    private static final StaticMemory BY_OBJECT = StaticMemory.of((long) PLACES * ENTRY);

    private AddressCache() {}

    /// Forgets the objects of an interpreter that was finalized.
    static void bind() {
        for (long offset = 0; offset < (long) PLACES * ENTRY; offset += ENTRY) {
            Memory.putLong(BY_ADDRESS.address() + offset, 0);
            Memory.putLong(BY_OBJECT.address() + offset, 0);
        }
    }

    /// As [Addresses#toPython].
    @Owned
    static long toPython(long address, int size) {
        long entry = place(BY_ADDRESS.address(), SocketAddress.hash(address, size));
        long object = Memory.getLong(entry);
        if (object != 0 && Memory.getInt(entry + SIZE) == size && SocketAddress.equal(entry + ADDRESS, address, size)) {
            return Refs.retain(object);
        }
        return size == 0 ? Addresses.toPython(address, size) : convert(entry, address, size);
    }

    /// Converts a copy of the address: a finaliser that is run meanwhile may use the memory that it is in.
    @Owned
    private static long convert(long entry, long address, int size) {
        long copy = Memory.allocate(SocketAddress.CAPACITY);
        try {
            SocketAddress.copy(address, size, copy);
            long object = Addresses.toPython(copy, size);
            put(entry, Refs.retain(object), copy, size);
            put(placeOf(object), Refs.retain(object), copy, size);
            return object;
        } finally {
            Memory.free(copy);
        }
    }

    /// As [Addresses#fromPython].
    static int fromPython(long object, int family, long address) {
        long entry = placeOf(object);
        if (Memory.getLong(entry) == object && SocketAddress.family(entry + ADDRESS) == family) {
            int size = Memory.getInt(entry + SIZE);
            SocketAddress.copy(entry + ADDRESS, size, address);
            return size;
        }
        int size = Addresses.fromPython(object, family, address);
        if (size != Addresses.UNUSUAL) {
            put(entry, Refs.retain(object), address, size);
        }
        return size;
    }

    private static void put(long entry, @Stolen long object, long address, int size) {
        long old = Memory.getLong(entry);
        Memory.putLong(entry, object);
        Memory.putInt(entry + SIZE, size);
        SocketAddress.copy(address, size, entry + ADDRESS);
        Refs.releaseIfAny(old);
    }

    private static long placeOf(long object) {
        return place(BY_OBJECT.address(), (int) ((object * 0x9E3779B97F4A7C15L) >>> Integer.SIZE));
    }

    private static long place(long table, int hash) {
        return table + (long) (hash & (PLACES - 1)) * ENTRY;
    }
}
