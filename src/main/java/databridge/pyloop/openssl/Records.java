package databridge.pyloop.openssl;

import databridge.pyloop.ffi.Memory;

/// Decrypts and encrypts the records of established connections. With the GIL.
///
/// `ssl` is a connection, and `own` its BIO of that direction. When a method returns or throws, the connection has its
/// own BIOs. The caller holds a `memory` that it passes ([RecordMemory#retain]).
public final class Records {
    /// The result of a read in which OpenSSL has found the end of the connection, or an error.
    public static final int ENDED = -1;

    private static final long NO_VIEW = 0;

    // RFC 8446, section 5.1: a type, two bytes of version, of which the first is always 3, and the length of the rest.
    private static final byte CHANGE_CIPHER_SPEC = 20;
    private static final byte HANDSHAKE = 22;
    private static final byte APPLICATION_DATA = 23;
    private static final byte MAJOR_VERSION = 3;
    private static final int HEADER = 5;

    private Records() {}

    /// Whether what waits in a BIO looks like records of a handshake: no alert that is not encrypted, and nothing that
    /// is no TLS. If the beginning of a record was taken from the BIO before, the rest of it may not look so.
    public static boolean looksLikeHandshake(long bio) {
        long pending = Bio.pending(bio);
        if (pending == 0) {
            return true;
        }
        long record = Bio.pendingAddress(bio);
        long end = record + pending;
        while (end - record >= HEADER) {
            byte type = Memory.getByte(record);
            boolean known = type == HANDSHAKE || type == APPLICATION_DATA || type == CHANGE_CIPHER_SPEC;
            if (!known || Memory.getByte(record + 1) != MAJOR_VERSION) {
                return false;
            }
            record += HEADER + (Memory.getByte(record + 3) & 0xff) * 256 + (Memory.getByte(record + 4) & 0xff);
        }
        return true;
    }

    /// Decrypts what is in the connection's own BIO.
    ///
    /// @param to memory of `capacity` bytes, more than 0
    /// @return how many bytes, 0 if there is no whole record, or [#ENDED] - n after n bytes
    public static int read(long ssl, long own, long to, long capacity) {
        return readAll(ssl, own, NO_VIEW, to, capacity);
    }

    /// Decrypts what was received into [RecordMemory#input], while the connection's own BIO is empty. What is left,
    /// because OpenSSL has ended the connection or `capacity` is reached, is in that BIO afterwards.
    ///
    /// @param received how many bytes
    /// @return as [#read]
    /// @throws OutOfMemoryError if there is no memory for what is left
    public static int readReceived(RecordMemory memory, long ssl, long own, int received, long to, long capacity) {
        long view = memory.inputView();
        Bio.view(view, memory.input(), received);
        Bio.retain(memory.inputBio());
        Bio.retain(own);
        try {
            Ssl.setInput(ssl, memory.inputBio());
            return readAll(ssl, own, view, to, capacity);
        } finally {
            Ssl.setInput(ssl, own);
            if (Bio.unread(view) > 0) {
                Bio.write(own, Bio.unreadAddress(view), Bio.unread(view));
            }
        }
    }

    /// @param view the description of what is read ([Bio#memoryOf]); without one, the connection's own BIO is read
    private static int readAll(long ssl, long own, long view, long to, long capacity) {
        int total = 0;
        while (total < capacity) {
            long asked = capacity - total;
            int count = Ssl.read(ssl, to + total, asked);
            if (count <= 0) {
                return Ssl.isAgain(ssl, count) ? total : ENDED - total;
            }
            total += count;
            if (count < asked && (view == NO_VIEW ? Bio.pending(own) : Bio.unread(view)) == 0) {
                break; // asking again would take as long as to decrypt a small record
            }
        }
        return total;
    }

    /// Encrypts into the memory of the loop, while the connection's own BIO is empty. The caller then takes the records
    /// from [#output] and calls [#dropOutput].
    ///
    /// @param size more than 0
    /// @return as [Ssl#write]
    public static int write(RecordMemory memory, long ssl, long own, long from, long size) {
        Bio.retain(memory.outputBio());
        Bio.retain(own);
        try {
            Ssl.setOutput(ssl, memory.outputBio());
            return Ssl.write(ssl, from, size);
        } finally {
            Ssl.setOutput(ssl, own);
        }
    }

    /// How many bytes of records [#write] has made.
    public static long outputSize(RecordMemory memory) {
        return Bio.pending(memory.outputBio());
    }

    /// The address of those bytes.
    public static long output(RecordMemory memory) {
        return Bio.pendingAddress(memory.outputBio());
    }

    /// Drops the records that [#write] has made.
    public static void dropOutput(RecordMemory memory) {
        Bio.drop(memory.outputBio(), Bio.pending(memory.outputBio()));
    }
}
