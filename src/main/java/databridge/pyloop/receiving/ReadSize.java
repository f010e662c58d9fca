package databridge.pyloop.receiving;

/// How many bytes one read asks for, and the sizes from which on messages are received in another way. All in bytes.
public final class ReadSize {
    /// The most that one read of a stream asks for. The number is asyncio's (`_SelectorTransport.max_size`).
    public static final int MOST = 256 * 1024;

    /// The most that one system call reads, whatever it is asked for (read(2)).
    public static final long KERNEL_LIMIT = 0x7ffff000;

    /// Asked for with a [SpareBytes] object, which has that size.
    static final int SPARE = 16 * 1024;

    /// Below this size a copy costs no more than to find out whether it is needed.
    static final int SMALL = 4 * 1024;

    private ReadSize() {}
}
