package databridge.pyloop.receiving;

/// How the next message of a stream is received, by what the last one was like.
public enum Reception {
    /// Into the receiver's buffer, and copied: small messages, and those that the protocol keeps.
    COPIED(Reception.MOST),

    /// Into a [SpareBytes] object, which is used again unless the protocol keeps it.
    LENT(SpareBytes.CAPACITY),

    /// Into an object of its own, which is then cut to size: large messages.
    IN_PLACE(Reception.MOST);

    /// In bytes. What one call of the kernel is asked for, as in asyncio.
    public static final int MOST = 256 * 1024;

    /// In bytes. Up to here a copy costs no more than to find out whether it is needed.
    static final int WORTH_LENDING = 4 * 1024;

    private final int capacity;

    Reception(int capacity) {
        this.capacity = capacity;
    }

    /// For how many bytes the kernel is asked.
    public int capacity() {
        return capacity;
    }

    /// How to receive the next message, now that one of `size` bytes was kept or not.
    public static Reception after(int size, boolean kept) {
        if (size >= SpareBytes.CAPACITY) {
            return IN_PLACE;
        }
        return size < WORTH_LENDING || kept ? COPIED : LENT;
    }
}
