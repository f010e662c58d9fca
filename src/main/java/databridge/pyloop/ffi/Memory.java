package databridge.pyloop.ffi;

import java.nio.charset.StandardCharsets;
import jdk.internal.misc.Unsafe;

/// The whole address space: loads and stores at absolute native addresses.
///
/// Nothing here checks that an address is valid; a wrong one ends the process. Callers take addresses only from C
/// and offsets only from a [CStruct] or from the running interpreter. Any thread; the memory decides the locking.
public final class Memory {
    private static final Unsafe UNSAFE = Unsafe.getUnsafe();

    private static final CFunction CALLOC = CFunction.of("void *calloc(size_t nmemb, size_t size)");
    private static final CFunction MALLOC = CFunction.of("void *malloc(size_t size)");
    private static final CFunction FREE = CFunction.of("void free(void *ptr)");

    private Memory() {}

    public static long getLong(long address) {
        return UNSAFE.getLong(address);
    }

    public static void putLong(long address, long value) {
        UNSAFE.putLong(address, value);
    }

    /// For members of packed structs, such as the 64-bit data of `struct epoll_event` on x86-64, where such a load is
    /// an ordinary one.
    public static long getLongUnaligned(long address) {
        return UNSAFE.getLongUnaligned(null, address);
    }

    /// For members of packed structs, such as the 64-bit data of `struct epoll_event` on x86-64, where such a store is
    /// an ordinary one.
    public static void putLongUnaligned(long address, long value) {
        UNSAFE.putLongUnaligned(null, address, value);
    }

    public static int getInt(long address) {
        return UNSAFE.getInt(address);
    }

    public static void putInt(long address, int value) {
        UNSAFE.putInt(address, value);
    }

    public static byte getByte(long address) {
        return UNSAFE.getByte(address);
    }

    public static void putByte(long address, byte value) {
        UNSAFE.putByte(address, value);
    }

    public static double getDouble(long address) {
        return UNSAFE.getDouble(address);
    }

    public static void putDouble(long address, double value) {
        UNSAFE.putDouble(address, value);
    }

    /// Zeroed memory, to be given back with [#free].
    ///
    /// @throws OutOfMemoryError if there is none
    public static long allocate(long size) {
        long address = CALLOC.call(1L, size);
        if (address == 0) {
            throw new OutOfMemoryError("calloc of " + size + " bytes");
        }
        return address;
    }

    /// Memory with any content, to be given back with [#free]: for large buffers, of which the process then has only
    /// the pages that are written to.
    ///
    /// @throws OutOfMemoryError if there is none
    public static long allocateUninitialised(long size) {
        long address = MALLOC.call(size);
        if (address == 0) {
            throw new OutOfMemoryError("malloc of " + size + " bytes");
        }
        return address;
    }

    /// Copies between places that do not overlap.
    public static void copy(long from, long to, long size) {
        UNSAFE.copyMemory(from, to, size);
    }

    /// Gives back what [#allocate] returned.
    public static void free(long address) {
        FREE.call(address);
    }

    /// The NUL-terminated UTF-8 text at `address`.
    public static String getCString(long address) {
        int length = 0;
        while (getByte(address + length) != 0) {
            length++;
        }
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = getByte(address + i);
        }
        return new String(bytes, StandardCharsets.UTF_8);
    }

    /// A NUL-terminated UTF-8 copy of `text` that is never freed: for what C keeps a pointer to.
    public static long cString(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        long address = allocate(bytes.length + 1L);
        putCString(address, bytes.length + 1L, bytes);
        return address;
    }

    /// Writes `text` as NUL-terminated UTF-8 into a buffer of `capacity` bytes, cut where it does not fit.
    public static void putCString(long address, long capacity, String text) {
        putCString(address, capacity, text.getBytes(StandardCharsets.UTF_8));
    }

    private static void putCString(long address, long capacity, byte[] bytes) {
        int length = (int) Math.min(bytes.length, capacity - 1);
        for (int i = 0; i < length; i++) {
            putByte(address + i, bytes[i]);
        }
        putByte(address + length, (byte) 0);
    }
}
