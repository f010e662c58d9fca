package databridge.pyloop.ffi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

/// C functions of the process are found by name and called; failures come as `-errno`.
final class CFunctionTest {
    static {
        FfmCalls.install();
    }

    private static final int EBADF = 9;

    @Test
    void callsAFunctionWithIntegersAndPointers() {
        long text = Memory.cString("12345");
        assertEquals(5, CFunction.of("size_t strlen(const char *s)").call(text));
        assertEquals(
                0x3039,
                CFunction.of("long strtol(const char *s, char **end, int base)").call(text, 0, 10));
    }

    @Test
    void anIntResultFillsHalfOfTheLong() {
        assertEquals(-7, (int) CFunction.of("int abs(int j)").call(7) * -1);
        assertEquals('a', (int) CFunction.of("int tolower(int c)").call('A'));
    }

    @Test
    void callsAFunctionOfADouble() {
        assertEquals(-3, CFunction.of("long lround(double x)").call(-2.5));
    }

    @Test
    void callsAFunctionByItsAddress() {
        long address = NativeLinker.symbol("strlen");
        assertNotEquals(0, address);
        CFunction strlen = CFunction.unnamed("size_t strlen(const char *s)");
        strlen.bind(address);
        assertEquals(3, strlen.call(Memory.cString("abc")));
    }

    @Test
    void aBlockingFunctionIsCalledTheSameWay() {
        assertEquals(42, (int) CFunction.blocking("int abs(int j)").call(-42));
    }

    @Test
    void aMissingSymbolIsALinkageErrorThatNamesIt() {
        LinkageError error = assertThrows(LinkageError.class, () -> CFunction.of("int no_such_symbol_here(void)"));
        assertEquals(true, String.valueOf(error.getMessage()).contains("no_such_symbol_here"));
        assertEquals(0, NativeLinker.optionalSymbol("no_such_symbol_here"));
        assertFalse(CFunction.optional("int no_such_symbol_here(void)").isPresent());
    }

    @Test
    void moreParametersThanAnyShapeAreRefused() {
        assertThrows(
                IllegalArgumentException.class,
                () -> CFunction.of("int abs(int a, int b, int c, int d, int e, int f, int g)"));
    }

    @Test
    void aFailedSystemCallIsTheNegatedErrno() {
        assertEquals(-EBADF, ErrnoFunction.of("int close(int fd)").call(-1));
        assertEquals(-EBADF, ErrnoFunction.blocking("int close(int fd)").call(-1));
    }

    @Test
    void memoryIsZeroedAndKeepsWhatIsWritten() {
        long address = Memory.allocate(32);
        for (int i = 0; i < 32; i++) {
            assertEquals(0, Memory.getByte(address + i));
        }
        Memory.putLongUnaligned(address + 3, 0x0102030405060708L);
        assertEquals(0x0102030405060708L, Memory.getLongUnaligned(address + 3));
        assertEquals(8, Memory.getByte(address + 3));
        Memory.putCString(address, 4, "cut here");
        assertEquals("cut", Memory.getCString(address));
        Memory.free(address);
    }
}
