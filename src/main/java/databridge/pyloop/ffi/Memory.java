package databridge.pyloop.ffi;

import java.nio.charset.StandardCharsets;
import jdk.internal.misc.Unsafe;

/// The whole address space: loads and stores at native addresses, in bytes.
///
/// Nothing here checks that an address is valid; a wrong one ends the process. Callers take addresses only
/// from C, and offsets only from a [CStruct] or from the running interpreter. Any thread; the owner of the
/// memory defines the locking.
public final class Memory {
    private static final Unsafe UNSAFE = Unsafe.getUnsafe();

    private static final CFunction CALLOC = CFunction.of("void *calloc(size_t nmemb, size_t size)");
    private static final CFunction MALLOC = CFunction.of("void *malloc(size_t size)");
    private static final CFunction FREE = CFunction.of("void free(void *ptr)");

    private Memory() {}

    /// Reads 64 bits.
    public static long getLong(long address) {
        return UNSAFE.getLong(address);
    }

    /// Writes 64 bits.
    public static void putLong(long address, long value) {
        UNSAFE.putLong(address, value);
    }

    /// Reads 64 bits at any address, for members of packed structs such as the data of `struct epoll_event`
    /// on x86-64, where this is an ordinary load.
    public static long getLongUnaligned(long address) {
        return UNSAFE.getLongUnaligned(null, address);
    }

    /// Writes 64 bits at any address, for members of packed structs. On x86-64 this is an ordinary store.
    public static void putLongUnaligned(long address, long value) {
        UNSAFE.putLongUnaligned(null, address, value);
    }

    /// Reads 32 bits.
    public static int getInt(long address) {
        return UNSAFE.getInt(address);
    }

    /// Writes 32 bits.
    public static void putInt(long address, int value) {
        UNSAFE.putInt(address, value);
    }

    /// Reads 8 bits.
    public static byte getByte(long address) {
        return UNSAFE.getByte(address);
    }

    /// Writes 8 bits.
    public static void putByte(long address, byte value) {
        UNSAFE.putByte(address, value);
    }

    /// Reads a C `double`.
    public static double getDouble(long address) {
        return UNSAFE.getDouble(address);
    }

    /// Writes a C `double`.
    public static void putDouble(long address, double value) {
        UNSAFE.putDouble(address, value);
    }

    /// Allocates zeroed memory, which the caller frees with [#free].
    ///
    /// @param size in bytes
    /// @throws OutOfMemoryError if there is no memory
    public static long allocate(long size) {
        long address = CALLOC.call(1L, size);
        if (address == 0) {
            throw new OutOfMemoryError("calloc of " + size + " bytes");
        }
        return address;
    }

    /// Allocates memory with any content, which the caller frees with [#free]: for large buffers, of which
    /// then only the pages are in memory that are written to.
    ///
    /// @param size in bytes
    /// @throws OutOfMemoryError if there is no memory
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

    /// Frees memory that was allocated here; does nothing for 0.
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
