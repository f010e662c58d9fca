package databridge.pyloop.cpython;

import databridge.pyloop.ffi.Bindings;
import databridge.pyloop.ffi.LateBound;
import databridge.pyloop.ffi.Memory;

/// A C array for the arguments of a call, reused unless it is still in use by a call further up.
///
/// Under the GIL; but a call may let another thread run, which then gets an array of its own.
public final class ArgumentArray implements LateBound {
    private static final int CAPACITY = 8;

    private long own;
    private boolean inUse;

    private ArgumentArray() {}

    /// A constant of the library.
    public static ArgumentArray of() {
        return Bindings.add(new ArgumentArray());
    }

    /// One that is made while the engine runs, to be [#free]d.
    public static ArgumentArray allocated() {
        ArgumentArray array = new ArgumentArray();
        array.bind();
        return array;
    }

    @Override
    public void bind() {
        if (own == 0) { // kept when the engine starts again in the same process
            own = Memory.allocate(CAPACITY * (long) Long.BYTES);
        }
        inUse = false;
    }

    /// The address of room for `count` pointers.
    public long take(long count) {
        if (inUse || count > CAPACITY) {
            return Memory.allocate(count * Long.BYTES);
        }
        inUse = true;
        return own;
    }

    public void giveBack(long array) {
        if (array == own) {
            inUse = false;
        } else {
            Memory.free(array);
        }
    }

    /// `self.name()`, NULL for an exception; for calls that happen too often to look at the stack.
    @Owned
    public long callMethod(PyName name, long self) {
        long array = take(1);
        Memory.putLong(array, self);
        long result = CallApi.callMethodOf(name, array, 1);
        giveBack(array);
        return result;
    }

    /// `self.name(argument)`, likewise.
    @Owned
    public long callMethod(PyName name, long self, long argument) {
        long array = take(2);
        Memory.putLong(array, self);
        Memory.putLong(array + Long.BYTES, argument);
        long result = CallApi.callMethodOf(name, array, 2);
        giveBack(array);
        return result;
    }

    /// Frees the memory, unless a call is still using it; nothing may be taken afterwards.
    public void free() {
        if (!inUse) {
            Memory.free(own);
        }
    }
}
