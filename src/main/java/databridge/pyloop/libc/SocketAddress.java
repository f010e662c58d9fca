package databridge.pyloop.libc;

import databridge.pyloop.ffi.CFunction;
import databridge.pyloop.ffi.CStruct;
import databridge.pyloop.ffi.Memory;
import databridge.pyloop.ffi.StaticMemory;

/// `struct sockaddr` of the Internet and Unix families as memory: `<netinet/in.h>`, `<sys/un.h>`, `<arpa/inet.h>`.
///
/// Under the caller's lock. Little-endian, as every machine is that the engine runs on.
public final class SocketAddress {
    /// In bytes: any of these addresses fits, and addresses can be copied in words of 8 bytes.
    public static final int CAPACITY = 112;

    /// The family of Unix sockets.
    public static final int AF_UNIX = 1;
    /// The family of IPv4.
    public static final int AF_INET = 2;
    /// The family of IPv6.
    public static final int AF_INET6 = 10;

    /// Size of an IPv4 address in bytes.
    public static final int INET_SIZE = 16;
    /// Size of an IPv6 address in bytes.
    public static final int INET6_SIZE = 28;
    /// Size in bytes of what is before the path of a Unix address.
    public static final int UNIX_HEAD = Short.BYTES;

    /// The largest size of a path in bytes, with its NUL.
    public static final int UNIX_PATH = 108;

    private static final CStruct SOCKADDR_IN = CStruct.of(
            "struct sockaddr_in { uint16_t sin_family; uint16_t sin_port; uint32_t sin_addr; uint64_t sin_zero; }");
    private static final CStruct SOCKADDR_IN6 = CStruct.of(
            "struct sockaddr_in6 { uint16_t sin6_family; uint16_t sin6_port; uint32_t sin6_flowinfo;"
                    + " uint32_t sin6_addr; uint32_t addr_1; uint32_t addr_2; uint32_t addr_3; uint32_t sin6_scope_id; }");
    private static final long SIN_ADDR = SOCKADDR_IN.offset("sin_addr");
    private static final long SIN6_FLOWINFO = SOCKADDR_IN6.offset("sin6_flowinfo");
    private static final long SIN6_ADDR = SOCKADDR_IN6.offset("sin6_addr");
    private static final long SIN6_SCOPE_ID = SOCKADDR_IN6.offset("sin6_scope_id");

    private static final CFunction PTON = CFunction.of("int inet_pton(int af, const char *src, void *dst)");
    private static final CFunction NTOP =
            CFunction.of("const char *inet_ntop(int af, const void *src, char *dst, socklen_t size)");

    /// `INET6_ADDRSTRLEN`
    private static final int TEXT_SIZE = 46;

    /// Static although all loops share it: it is read right after it was written, under the lock, with no call into
    /// Python in between.
    private static final StaticMemory TEXT = StaticMemory.of(TEXT_SIZE);

    private SocketAddress() {}

    /// The family of an address, `AF_*`.
    public static int family(long address) {
        return Memory.getInt(address) & 0xFFFF;
    }

    /// Whether addresses of a family can be converted: it is one of `AF_*`.
    public static boolean isKnown(int family) {
        return family == AF_INET || family == AF_INET6 || family == AF_UNIX;
    }

    /// The port of an Internet address.
    public static int port(long address) {
        int bigEndian = Memory.getInt(address) >>> Short.SIZE;
        return (bigEndian & 0xFF) << Byte.SIZE | bigEndian >>> Byte.SIZE;
    }

    /// The host of an Internet address, as a C string that lasts until the next call.
    public static long host(long address) {
        int family = family(address);
        NTOP.call(family, address + (family == AF_INET ? SIN_ADDR : SIN6_ADDR), TEXT.address(), TEXT_SIZE);
        return TEXT.address();
    }

    /// The flow information of an IPv6 address.
    public static long flowInfo(long address) {
        return Integer.toUnsignedLong(Integer.reverseBytes(Memory.getInt(address + SIN6_FLOWINFO)));
    }

    /// The scope of an IPv6 address.
    public static long scopeId(long address) {
        return Integer.toUnsignedLong(Memory.getInt(address + SIN6_SCOPE_ID));
    }

    /// Writes an IPv4 address.
    ///
    /// @param host a C string
    /// @return false if the host is not four numbers
    public static boolean putInet(long address, long host, int port) {
        Memory.putInt(address, AF_INET | bigEndian(port));
        Memory.putLong(address + Long.BYTES, 0);
        return (int) PTON.call(AF_INET, host, address + SIN_ADDR) == 1;
    }

    /// Writes an IPv6 address.
    ///
    /// @param host a C string
    /// @return false if the host is not the text of such an address
    public static boolean putInet6(long address, long host, int port, int flowInfo, int scopeId) {
        Memory.putInt(address, AF_INET6 | bigEndian(port));
        Memory.putInt(address + SIN6_FLOWINFO, Integer.reverseBytes(flowInfo));
        Memory.putInt(address + SIN6_SCOPE_ID, scopeId);
        return (int) PTON.call(AF_INET6, host, address + SIN6_ADDR) == 1;
    }

    /// Writes a Unix address.
    ///
    /// @param size of the path, at most [#UNIX_PATH]
    /// @return the size of the address: a path ends with a NUL, a name in the abstract namespace begins with one
    public static int putUnix(long address, long path, int size) {
        Memory.putByte(address, (byte) AF_UNIX);
        Memory.putByte(address + 1, (byte) 0);
        for (int i = 0; i < size; i++) {
            Memory.putByte(address + UNIX_HEAD + i, Memory.getByte(path + i));
        }
        if (Memory.getByte(path) == 0) {
            return UNIX_HEAD + size;
        }
        Memory.putByte(address + UNIX_HEAD + size, (byte) 0);
        return UNIX_HEAD + size + 1;
    }

    /// Copies an address into memory of [#CAPACITY] bytes.
    public static void copy(long from, int size, long to) {
        for (int i = 0; i < size; i += Long.BYTES) {
            Memory.putLong(to + i, Memory.getLong(from + i));
        }
    }

    /// Whether two addresses of the same size are equal.
    ///
    /// @param size in bytes
    public static boolean equal(long one, long other, int size) {
        int words = size & -Long.BYTES;
        for (int i = 0; i < words; i += Long.BYTES) {
            if (Memory.getLong(one + i) != Memory.getLong(other + i)) {
                return false;
            }
        }
        for (int i = words; i < size; i++) {
            if (Memory.getByte(one + i) != Memory.getByte(other + i)) {
                return false;
            }
        }
        return true;
    }

    /// A hash of an address.
    ///
    /// @param size in bytes
    public static int hash(long address, int size) {
        long hash = size;
        int words = size & -Long.BYTES;
        for (int i = 0; i < words; i += Long.BYTES) {
            hash = (hash ^ Memory.getLong(address + i)) * 0x9E3779B97F4A7C15L;
        }
        for (int i = words; i < size; i++) {
            hash = (hash ^ Memory.getByte(address + i)) * 0x9E3779B97F4A7C15L;
        }
        return (int) (hash >>> Integer.SIZE);
    }

    private static int bigEndian(int port) {
        return (port >>> Byte.SIZE | (port & 0xFF) << Byte.SIZE) << Short.SIZE;
    }
}
