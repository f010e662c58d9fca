package databridge.pyloop.receiving;

/// How the next message of a stream is received. The size of the last message, and whether the protocol kept
/// it, decide.
public enum Reception {
    /// Into the receiver's buffer, and copied: small messages, and those that the protocol keeps.
    COPIED(Reception.MOST),

    /// Into a [SpareBytes] object, which is used again unless the protocol keeps it.
    LENT(SpareBytes.CAPACITY),

    /// Into an object of its own, which is then cut to size: large messages.
    IN_PLACE(Reception.MOST);

    /// In bytes: the most that one system call asks for. The number is
    /// asyncio's (`_SelectorTransport.max_size`).
    public static final int MOST = 256 * 1024;

    /// In bytes: below this size a copy costs no more than to find out whether it is needed.
    static final int WORTH_LENDING = 4 * 1024;

    private final int capacity;

    Reception(int capacity) {
        this.capacity = capacity;
    }

    /// How many bytes the kernel is asked for.
    public int capacity() {
        return capacity;
    }

    /// How to receive the next message.
    ///
    /// @param size of the last message in bytes
    /// @param kept whether the program kept it
    public static Reception after(int size, boolean kept) {
        if (size >= SpareBytes.CAPACITY) {
            return IN_PLACE;
        }
        return size < WORTH_LENDING || kept ? COPIED : LENT;
    }
}
