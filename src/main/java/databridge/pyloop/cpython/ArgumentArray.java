package databridge.pyloop.cpython;

import databridge.pyloop.ffi.Memory;
import databridge.pyloop.ffi.ReusableBlock;

/// A C array for the arguments of calls into Python, allocated once for all calls of a loop.
///
/// With the GIL. A call may nest or let another thread run while its arguments are in use; the nested call
/// then gets an array of its own, see [ReusableBlock].
public final class ArgumentArray {
    private static final int CAPACITY = 8;

    private final ReusableBlock block = new ReusableBlock(CAPACITY * (long) Long.BYTES);

    /// The address of memory for pointers. The caller passes it to [#giveBack] when the call has returned.
    ///
    /// @param count how many pointers
    /// @throws OutOfMemoryError if there is no memory
    public long take(long count) {
        return block.take(count * Long.BYTES);
    }

    /// Ends the use of an array.
    ///
    /// @param array what [#take] returned
    public void giveBack(long array) {
        block.giveBack(array);
    }

    /// Calls `self.name()`. Does not check the C stack as [CallApi#callMethod] does, because it is called
    /// once for each event.
    ///
    /// @return the result, or 0 with a pending exception
    @Owned
    public long callMethod(PyName name, long self) {
        long array = take(1);
        Memory.putLong(array, self);
        long result = CallApi.callMethodOf(name, array, 1);
        giveBack(array);
        return result;
    }

    /// Calls `self.name(argument)`, without a check of the C stack.
    ///
    /// @return the result, or 0 with a pending exception
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
