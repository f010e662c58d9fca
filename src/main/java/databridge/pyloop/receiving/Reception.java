package databridge.pyloop.receiving;

/// How the next message of a stream is received. The size of the last message, and whether the protocol kept
/// it, decide.
public enum Reception {
    /// Into the receiver's buffer, and copied: small messages, and those that the protocol keeps.
    COPIED(ReadSize.MOST),

    /// Into a [SpareBytes] object, which is used again unless the protocol keeps it.
    LENT(ReadSize.SPARE),

    /// Into an object of its own, which is then cut to size: large messages.
    IN_PLACE(ReadSize.MOST);

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
        if (size >= ReadSize.SPARE) {
            return IN_PLACE;
        }
        return size < ReadSize.SMALL || kept ? COPIED : LENT;
    }
}
