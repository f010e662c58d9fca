package databridge.pyloop.cpython;

import static databridge.pyloop.cpython.PyObjectLayout.OB_SIZE;

import databridge.pyloop.ffi.CFunction;
import databridge.pyloop.ffi.Memory;

/// `tupleobject.h`. With the GIL.
public final class TupleApi {
    /// Offset of the items, computed from the interpreter's size of a tuple: 3.14 has a cached hash
    /// before them.
    private static long obItem;

    private static final CFunction NEW = CFunction.of("PyObject *PyTuple_New(Py_ssize_t size)");

    private TupleApi() {}

    static void bind() {
        obItem = TypeApi.basicSize(Singletons.TUPLE_TYPE);
    }

    /// The address of the items, an array of pointers.
    public static long items(long tuple) {
        return tuple + obItem;
    }

    /// A tuple of the objects in a C array.
    @Owned
    public static long fromArray(long array, long count) {
        long tuple = PyError.orThrow(NEW.call(count));
        for (long i = 0; i < count; i++) {
            Memory.putLong(items(tuple) + i * Long.BYTES, Refs.retain(Memory.getLong(array + i * Long.BYTES)));
        }
        return tuple;
    }

    /// `(object,)`
    @Owned
    public static long ofOne(long object) {
        long tuple = PyError.orThrow(NEW.call(1L));
        Memory.putLong(items(tuple), Refs.retain(object));
        return tuple;
    }

    /// `(object, *tuple)`
    @Owned
    public static long prepended(long object, long tuple) {
        long longer = PyError.orThrow(NEW.call(size(tuple) + 1));
        Memory.putLong(items(longer), Refs.retain(object));
        for (long i = 0; i < size(tuple); i++) {
            Memory.putLong(items(longer) + (i + 1) * Long.BYTES, Refs.retain(item(tuple, i)));
        }
        return longer;
    }

    /// A tuple of `count` times None.
    @Owned
    public static long ofNone(long count) {
        long tuple = PyError.orThrow(NEW.call(count));
        for (long i = 0; i < count; i++) {
            Memory.putLong(items(tuple) + i * Long.BYTES, Refs.retain(Singletons.NONE));
        }
        return tuple;
    }

    /// Replaces an item of a tuple that no other code has seen.
    public static void put(long tuple, long index, @Stolen long object) {
        long old = item(tuple, index);
        Memory.putLong(items(tuple) + index * Long.BYTES, object);
        Refs.release(old);
    }

    /// The number of items.
    public static long size(long tuple) {
        return Memory.getLong(tuple + OB_SIZE);
    }

    /// The item at `index`, which must be below [#size].
    @Borrowed
    public static long item(long tuple, long index) {
        return Memory.getLong(items(tuple) + index * Long.BYTES);
    }
}
