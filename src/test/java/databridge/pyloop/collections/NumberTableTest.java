package databridge.pyloop.collections;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// Each object is found by its number until that number is freed, whatever other numbers are freed meanwhile.
final class NumberTableTest {
    private final NumberTable<String> table = new NumberTable<>();

    private int add(String object) {
        int number = table.reserve();
        table.put(number, object);
        return number;
    }

    @Test
    void numbersBeginAtOneAndZeroIsNobodys() {
        assertEquals(1, add("first"));
        assertNull(table.get(0));
        assertNull(table.get(2));
    }

    @Test
    void aReservedNumberIsNotGivenTwice() {
        assertEquals(1, table.reserve());
        assertEquals(2, table.reserve());
        assertNull(table.get(1));
    }

    @Test
    void clearingMakesAllNumbersFree() {
        add("first");
        add("second");
        table.clear();
        assertNull(table.get(1));
        assertEquals(1, add("third"));
    }

    @Test
    void numbersAreReusedInAnyOrder() {
        Random random = new Random(7);
        Map<Integer, String> expected = new HashMap<>();
        for (int i = 0; i < 10_000; i++) {
            if (expected.isEmpty() || (expected.size() < 200 && random.nextBoolean())) {
                int number = add("object " + i);
                assertNull(expected.put(number, "object " + i));
                assertTrue(number <= 200);
            } else {
                Integer[] numbers = expected.keySet().toArray(new Integer[0]);
                int number = numbers[random.nextInt(numbers.length)];
                table.remove(number);
                expected.remove(number);
                assertNull(table.get(number));
            }
            expected.forEach((number, object) -> assertEquals(object, table.get(number)));
        }
    }
}
