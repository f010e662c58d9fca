package databridge.pyloop.cpython;

import static databridge.pyloop.cpython.Singletons.NONE;

import databridge.pyloop.ffi.Memory;

/// The Python objects a loop keeps for its file descriptors, held where the garbage collector sees them.
///
/// A reference kept in Java is invisible to CPython's collector: a loop whose handles refer back to it would
/// never be freed. So they are items of a tuple in a slot of the loop object itself, which C traverses. Python
/// code can replace what is in the slot; then everything reads as absent, and nothing dangles, because no pointer
/// is kept here.
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

    /// Puts an object, or with 0 nothing, in place of what is at `index`.
    public void put(long index, @Stolen long object) {
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
        // The collector stops tracking tuples that hold nothing it cares about, as ours did until now.
        ObjectApi.track(tuple);
        Refs.release(old);
    }

    public long capacity() {
        return capacity(Memory.getLong(field));
    }

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
