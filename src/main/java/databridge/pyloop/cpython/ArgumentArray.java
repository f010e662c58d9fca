package databridge.pyloop.cpython;

import databridge.pyloop.ffi.Memory;
import databridge.pyloop.ffi.ReusableBlock;

/// A C array for the arguments of a call, reused unless it is still in use by a call further up.
///
/// Under the GIL; but a call may let another thread run, which then gets an array of its own.
public final class ArgumentArray {
    private static final int CAPACITY = 8;

    private final ReusableBlock block = new ReusableBlock(CAPACITY * (long) Long.BYTES);

    /// The address of `count` pointers, to be given to [#giveBack].
    ///
    /// @throws OutOfMemoryError if there is no memory
    public long take(long count) {
        return block.take(count * Long.BYTES);
    }

    /// Ends the use of what [#take] returned.
    public void giveBack(long array) {
        block.giveBack(array);
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

    /// Frees the memory, see [ReusableBlock#free].
    public void free() {
        block.free();
    }
}
