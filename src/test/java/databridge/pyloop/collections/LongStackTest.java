package databridge.pyloop.collections;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/// The stack returns the last element first, also beyond its initial capacity.
final class LongStackTest {
    @Test
    void popsTheLastPushedFirst() {
        LongStack stack = new LongStack(4);
        stack.push(1);
        stack.push(2);
        assertEquals(2, stack.pop());
        stack.push(3);
        assertEquals(3, stack.pop());
        assertEquals(1, stack.pop());
    }

    @Test
    void knowsItsSize() {
        LongStack stack = new LongStack(4);
        assertTrue(stack.isEmpty());
        stack.push(5);
        assertFalse(stack.isEmpty());
        assertEquals(1, stack.size());
        stack.pop();
        assertTrue(stack.isEmpty());
        assertEquals(0, stack.size());
    }

    @Test
    void growsBeyondItsCapacity() {
        LongStack stack = new LongStack(1);
        for (long i = 0; i < 1_000; i++) {
            stack.push(i);
        }
        assertEquals(1_000, stack.size());
        for (long i = 999; i >= 0; i--) {
            assertEquals(i, stack.pop());
        }
    }
}
