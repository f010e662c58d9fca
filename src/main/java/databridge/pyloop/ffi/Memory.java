package databridge.pyloop.ffi;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;

/// The whole address space as one segment: loads and stores at absolute native addresses.
///
/// Nothing here checks that an address is valid; a wrong one ends the process. Callers take addresses only from C
/// and offsets only from a [CStruct] or from the running interpreter. Any thread; the memory decides the locking.
@SuppressWarnings("restricted")
public final class Memory {
    /// Read and written at any address, so bounds checks fold away and no segment is created per access.
    private static final MemorySegment ALL = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

    private static final CFunction CALLOC = CFunction.of("void *calloc(size_t nmemb, size_t size)");
    private static final CFunction FREE = CFunction.of("void free(void *ptr)");

    private Memory() {}

    public static long getLong(long address) {
        return ALL.get(JAVA_LONG, address);
    }

    public static void putLong(long address, long value) {
        ALL.set(JAVA_LONG, address, value);
    }

    /// For members of packed structs, such as the 64-bit data of `struct epoll_event` on x86-64.
    public static long getLongUnaligned(long address) {
        return ALL.get(JAVA_LONG_UNALIGNED, address);
    }

    /// For members of packed structs, such as the 64-bit data of `struct epoll_event` on x86-64.
    public static void putLongUnaligned(long address, long value) {
        ALL.set(JAVA_LONG_UNALIGNED, address, value);
    }

    public static int getInt(long address) {
        return ALL.get(JAVA_INT, address);
    }

    public static void putInt(long address, int value) {
        ALL.set(JAVA_INT, address, value);
    }

    public static byte getByte(long address) {
        return ALL.get(JAVA_BYTE, address);
    }

    public static void putByte(long address, byte value) {
        ALL.set(JAVA_BYTE, address, value);
    }

    public static double getDouble(long address) {
        return ALL.get(JAVA_DOUBLE, address);
    }

    public static void putDouble(long address, double value) {
        ALL.set(JAVA_DOUBLE, address, value);
    }

    /// Zeroed memory, to be given back with [#free].
    public static long allocate(long size) {
        long address = CALLOC.call(1L, size);
        if (address == 0) {
            throw new OutOfMemoryError("calloc of " + size + " bytes");
        }
        return address;
    }

    /// Copies between places that do not overlap.
    public static void copy(long from, long to, long size) {
        MemorySegment.copy(ALL, from, ALL, to, size);
    }

    /// Gives back what [#allocate] returned.
    public static void free(long address) {
        FREE.call(address);
    }

    /// The memory at `address` as a segment, for the few calls that want one.
    static MemorySegment segment(long address, long size) {
        return ALL.asSlice(address, size);
    }

    /// The NUL-terminated UTF-8 text at `address`.
    public static String getCString(long address) {
        return ALL.getString(address);
    }

    /// Zeroed memory that is never freed: for what C keeps a pointer to as long as the process lives.
    public static long allocateForever(long size) {
        return Arena.global().allocate(size, Long.BYTES).address();
    }

    /// A NUL-terminated UTF-8 copy of `text` that is never freed.
    public static long cString(String text) {
        return Arena.global().allocateFrom(text).address();
    }

    /// Writes `text` as NUL-terminated UTF-8 into a buffer of `capacity` bytes, cut where it does not fit.
    public static void putCString(long address, long capacity, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        int length = (int) Math.min(bytes.length, capacity - 1);
        MemorySegment.copy(bytes, 0, ALL, JAVA_BYTE, address, length);
        putByte(address + length, (byte) 0);
    }
}
