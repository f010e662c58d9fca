package databridge.pyloop.ffi;

/// Zeroed memory that lives as long as the process, allocated when the engine starts first: for what belongs to no
/// loop.
public final class StaticMemory implements LateBound {
    private final long size;
    private long address;

    private StaticMemory(long size) {
        this.size = size;
    }

    /// @param size in bytes
    public static StaticMemory of(long size) {
        return Bindings.addMemory(new StaticMemory(size));
    }

    @Override
    public void bind() {
        address = Memory.allocate(size);
    }

    public long address() {
        return address;
    }
}
