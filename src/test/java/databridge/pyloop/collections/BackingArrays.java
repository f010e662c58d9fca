package databridge.pyloop.collections;

import java.lang.reflect.Array;
import java.lang.reflect.Field;

/// Measures the memory of a collection, for tests.
public final class BackingArrays {
    private BackingArrays() {}

    public static int length(Object collection, String arrayField) {
        try {
            Field field = collection.getClass().getDeclaredField(arrayField);
            field.setAccessible(true);
            return Array.getLength(field.get(collection));
        } catch (ReflectiveOperationException renamed) {
            throw new LinkageError("a field was renamed", renamed);
        }
    }
}
