package databridge.pyloop.ffi;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// A fault is thrown where and when the cells of the test demand it, and never without them.
final class FaultInjectionTest {
    static {
        FfmCalls.install();
    }

    private static final long AT_ENTRY = 1;
    private static final long AT_RETURN = 2;
    private static final long OUT_OF_MEMORY = 2;

    private long cells;

    @BeforeEach
    void allocate() {
        cells = Memory.allocate(4 * Long.BYTES);
    }

    @AfterEach
    void free() {
        FaultInjection.arm(0);
        Memory.free(cells);
    }

    private void order(long countdown, long place, long throwable, long again) {
        Memory.putLong(cells, countdown);
        Memory.putLong(cells + 8, place);
        Memory.putLong(cells + 16, throwable);
        Memory.putLong(cells + 24, again);
        FaultInjection.arm(cells);
    }

    @Test
    void nothingIsThrownWithoutOrders() {
        assertDoesNotThrow(FaultInjection::entered);
        assertDoesNotThrow(FaultInjection::returned);
    }

    @Test
    void theChosenEntryThrowsOnce() {
        order(2, AT_ENTRY, OUT_OF_MEMORY, 0);
        assertDoesNotThrow(FaultInjection::returned);
        assertDoesNotThrow(FaultInjection::entered);
        assertThrows(OutOfMemoryError.class, FaultInjection::entered);
        assertDoesNotThrow(FaultInjection::entered);
    }

    @Test
    void theReturnOfACallThrowsAgainAndAgain() {
        CFunction abs = CFunction.of("int abs(int j)");
        order(2, AT_RETURN, 0, 2);
        assertEquals(1, (int) abs.call(-1));
        assertThrows(IllegalStateException.class, () -> abs.call(-1));
        assertEquals(1, (int) abs.call(-1));
        assertThrows(IllegalStateException.class, () -> abs.call(-1));
    }
}
