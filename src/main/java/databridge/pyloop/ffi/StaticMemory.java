package databridge.pyloop.ffi;

/// Zeroed memory that lives as long as the process, for what belongs to no loop. It is allocated when the
/// engine starts first.
public final class StaticMemory implements LateBound {
    private final long size;
    private long address;

    private StaticMemory(long size) {
        this.size = size;
    }

    /// Declares memory.
    ///
    /// @param size in bytes
    public static StaticMemory of(long size) {
        return Bindings.addMemory(new StaticMemory(size));
    }

    @Override
    public void bind() {
        address = Memory.allocate(size);
    }

    /// The address, 0 before the engine has started.
    public long address() {
        return address;
    }
}
