package databridge.pyloop.libc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import databridge.pyloop.ffi.FfmCalls;
import databridge.pyloop.ffi.Memory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Addresses are written as the kernel reads them, byte by byte, and read back.
final class SocketAddressTest {
    static {
        FfmCalls.install();
    }

    private final long address = Memory.allocate(SocketAddress.CAPACITY);
    private final long other = Memory.allocate(SocketAddress.CAPACITY);

    @AfterEach
    void free() {
        Memory.free(address);
        Memory.free(other);
    }

    private int byteAt(int offset) {
        return Memory.getByte(address + offset) & 0xFF;
    }

    @Test
    void inetIsInNetworkByteOrder() {
        assertTrue(SocketAddress.putInet(address, Memory.cString("192.0.2.7"), 0x1234));
        int[] expected = {2, 0, 0x12, 0x34, 192, 0, 2, 7};
        for (int i = 0; i < expected.length; i++) {
            assertEquals(expected[i], byteAt(i));
        }
        assertEquals(0, Memory.getLong(address + Long.BYTES));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 255, 256, 32767, 32768, 65535})
    void portsComeBack(int port) {
        assertTrue(SocketAddress.putInet(address, Memory.cString("127.0.0.1"), port));
        assertEquals(port, SocketAddress.port(address));
        assertEquals(SocketAddress.AF_INET, SocketAddress.family(address));
        assertTrue(SocketAddress.putInet6(address, Memory.cString("::1"), port, 0, 0));
        assertEquals(port, SocketAddress.port(address));
        assertEquals(SocketAddress.AF_INET6, SocketAddress.family(address));
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.0.0.0", "127.0.0.1", "255.255.255.255"})
    void inetHostsComeBack(String host) {
        assertTrue(SocketAddress.putInet(address, Memory.cString(host), 9));
        assertEquals(host, Memory.getCString(SocketAddress.host(address)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"::", "::1", "fe80::1:2", "2001:db8:1:2:3:4:5:6", "::ffff:192.0.2.7"})
    void inet6ComesBack(String host) {
        assertTrue(SocketAddress.putInet6(address, Memory.cString(host), 9, 0xFEDCB, 0xFFFFFFFE));
        assertEquals(host, Memory.getCString(SocketAddress.host(address)));
        assertEquals(0xFEDCB, SocketAddress.flowInfo(address));
        assertEquals(0xFFFFFFFEL, SocketAddress.scopeId(address));
        assertEquals(0x0F, byteAt(5));
        assertEquals(0xED, byteAt(6));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "localhost", "127.1", "1.2.3.4.5", "256.0.0.1", "::1", "<broadcast>"})
    void whatIsNoInetHostIsRefused(String host) {
        assertFalse(SocketAddress.putInet(address, Memory.cString(host), 9));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "localhost", "127.0.0.1", "::1%lo", "1:2:3"})
    void whatIsNoInet6HostIsRefused(String host) {
        assertFalse(SocketAddress.putInet6(address, Memory.cString(host), 9, 0, 0));
    }

    @Test
    void unixPathsEndWithNul() {
        Memory.putLong(address + 8, -1);
        assertEquals(2 + 4 + 1, SocketAddress.putUnix(address, Memory.cString("/tmp"), 4));
        assertEquals(SocketAddress.AF_UNIX, SocketAddress.family(address));
        assertEquals("/tmp", Memory.getCString(address + SocketAddress.UNIX_HEAD));
    }

    @Test
    void abstractNamesBeginWithNul() {
        Memory.putCString(other + 1, 5, "name");
        assertEquals(2 + 5, SocketAddress.putUnix(address, other, 5));
        assertEquals(0, byteAt(2));
        assertEquals("name", Memory.getCString(address + 3));
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 8, 16, 28, 110})
    void everyByteCounts(int size) {
        for (int i = 0; i < SocketAddress.CAPACITY; i++) {
            Memory.putByte(address + i, (byte) (i * 7));
        }
        SocketAddress.copy(address, size, other);
        assertTrue(SocketAddress.equal(address, other, size));
        int hash = SocketAddress.hash(address, size);
        assertEquals(hash, SocketAddress.hash(other, size));
        for (int i = 0; i < size; i++) {
            Memory.putByte(other + i, (byte) (i * 7 + 1));
            assertFalse(SocketAddress.equal(address, other, size));
            assertNotEquals(hash, SocketAddress.hash(other, size));
            Memory.putByte(other + i, (byte) (i * 7));
        }
    }

    @Test
    void bytesBehindTheEndDoNotCount() {
        Memory.putByte(address + 28, (byte) 1);
        assertTrue(SocketAddress.equal(address, other, 28));
        assertEquals(SocketAddress.hash(address, 28), SocketAddress.hash(other, 28));
    }
}
