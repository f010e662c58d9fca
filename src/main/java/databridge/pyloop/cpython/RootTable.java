package databridge.pyloop.cpython;

import static databridge.pyloop.cpython.Singletons.NONE;

import databridge.pyloop.ffi.Memory;

/// The Python objects that a loop keeps for its file descriptors, held where CPython's garbage collector sees
/// them. With the GIL.
///
/// The collector does not see a reference that is kept in Java, so a loop whose handles refer back to it
/// would never be freed. Therefore the objects are items of a tuple in a slot of the loop object, which C
/// traverses. This class keeps no pointer to the tuple. If the slot holds anything else, all entries read
/// as absent.
public final class RootTable {
    private final long field;

    /// @param field address of the C field of the loop object
    public RootTable(long field) {
        this.field = field;
    }

    /// The object at `index`, 0 if there is none.
    @Borrowed
    public long get(long index) {
        long tuple = Memory.getLong(field);
        if (index < 0 || index >= capacity(tuple)) {
            return 0;
        }
        long object = TupleApi.item(tuple, index);
        return object == NONE ? 0 : object;
    }

    /// Replaces the entry at `index`; 0 removes it.
    ///
    /// @throws IndexOutOfBoundsException if the index is negative
    /// @throws PyError MemoryError
    public void put(long index, @Stolen long object) {
        if (index < 0) {
            throw new IndexOutOfBoundsException(index);
        }
        long tuple = Memory.getLong(field);
        if (index >= capacity(tuple)) {
            if (object == 0) {
                return;
            }
            tuple = grow(tuple, index);
        }
        long item = TupleApi.items(tuple) + index * Long.BYTES;
        long old = Memory.getLong(item);
        Memory.putLong(item, object == 0 ? Refs.retain(NONE) : object);
        // The collector stops tracking a tuple if it tracks none of the items, and this was such a tuple
        // until now.
        ObjectApi.track(tuple);
        Refs.release(old);
    }

    /// How many entries the tuple has memory for; all entries are below this index.
    public long capacity() {
        return capacity(Memory.getLong(field));
    }

    /// Releases all objects.
    public void clear() {
        Refs.clear(field);
    }

    private long grow(long tuple, long index) {
        long larger = TupleApi.ofNone(Math.max(48, Math.max(index + 1, 2 * capacity(tuple))));
        for (long i = 0; i < capacity(tuple); i++) {
            long from = TupleApi.items(tuple) + i * Long.BYTES;
            long to = TupleApi.items(larger) + i * Long.BYTES;
            long moved = Memory.getLong(from);
            Memory.putLong(from, Memory.getLong(to));
            Memory.putLong(to, moved);
        }
        Refs.replace(field, larger);
        return larger;
    }

    private static long capacity(long tuple) {
        return tuple != 0 && ObjectApi.typeOf(tuple) == Singletons.TUPLE_TYPE ? TupleApi.size(tuple) : 0;
    }
}
