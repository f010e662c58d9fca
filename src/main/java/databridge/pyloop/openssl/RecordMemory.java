package databridge.pyloop.openssl;

import databridge.pyloop.ffi.Memory;

/// Memory that the TLS connections of one loop share, one at a time: for records that were received, for what is in
/// them, and for records that are to be sent. With the GIL.
///
/// OpenSSL reads and writes records through BIOs. Each connection has two of its own, which `_ssl` has
/// made; the memory of those only grows. So large data goes through these here: [Records] puts them in the
/// place of the connection's own for the time of a call. That saves a copy of what was received, and what
/// many connections send goes through the same memory, which stays in the processor's caches.
///
/// Python code can run while the memory is in use, and can close the loop. Then the memory is freed when the use ends.
public final class RecordMemory {
    /// How many bytes of records are received at once.
    public static final int INPUT_SIZE = 64 * 1024;

    /// The size of the memory for their content in bytes. The content is never longer than the records; besides
    /// there can be the rest of a record that was received in part before, at most 16 KiB and its header.
    public static final int CONTENT_SIZE = INPUT_SIZE + 32 * 1024;

    /// The size in bytes of each block of memory in the self-test.
    private static final int TEST_SIZE = 8;

    private final long input;
    private final long content;
    private final long inputBio;
    private final long inputView;
    private final long outputBio;
    private int users;
    private boolean abandoned;

    /// @throws OutOfMemoryError if there is no memory
    public RecordMemory() {
        long[] blocks = new long[2];
        long readable = 0;
        try {
            blocks[0] = Memory.allocateUninitialised(INPUT_SIZE);
            blocks[1] = Memory.allocateUninitialised(CONTENT_SIZE);
            readable = Bio.createView(blocks[0]);
            outputBio = Bio.create();
        } catch (Throwable failed) {
            if (readable != 0) {
                Bio.free(readable);
            }
            for (long block : blocks) {
                Memory.free(block);
            }
            throw failed;
        }
        input = blocks[0];
        content = blocks[1];
        inputBio = readable;
        inputView = Bio.memoryOf(readable);
    }

    /// Where [#INPUT_SIZE] bytes of records can be received.
    public long input() {
        return input;
    }

    /// Where [#CONTENT_SIZE] bytes of decrypted content can be stored.
    public long content() {
        return content;
    }

    /// The BIO that reads [#input], see [Bio#createView].
    long inputBio() {
        return inputBio;
    }

    /// Its description, see [Bio#memoryOf].
    long inputView() {
        return inputView;
    }

    /// The BIO for what is to be sent.
    long outputBio() {
        return outputBio;
    }

    /// Whether a call of OpenSSL uses the memory. A nested user takes other memory.
    public boolean isInUse() {
        return users > 0;
    }

    /// Begins a use; [#release] ends it.
    public void retain() {
        users++;
    }

    /// Ends a use.
    public void release() {
        users--;
        if (abandoned && users == 0) {
            freeNow();
        }
    }

    /// Frees the memory, at the latest when its use ends.
    public void free() {
        abandoned = true;
        if (users == 0) {
            freeNow();
        }
    }

    private void freeNow() {
        Bio.free(inputBio);
        Bio.free(outputBio);
        Memory.free(input);
        Memory.free(content);
    }

    /// Whether BIOs of this OpenSSL do what this class relies on.
    static boolean works() {
        long memory = Memory.allocate(2L * TEST_SIZE);
        long readable = 0;
        long writable = 0;
        try {
            readable = Bio.createView(memory);
            writable = Bio.create();
            return readsView(readable, memory) && drops(writable, memory);
        } finally {
            if (readable != 0) {
                Bio.free(readable);
            }
            if (writable != 0) {
                Bio.free(writable);
            }
            Memory.free(memory);
        }
    }

    private static boolean readsView(long bio, long memory) {
        long copy = memory + TEST_SIZE;
        long description = Bio.memoryOf(bio);
        Memory.putLong(memory, 0x0807060504030201L);
        Bio.view(description, memory + 1, 6);
        return Bio.read(bio, copy, 4) == 4
                && Memory.getInt(copy) == 0x05040302
                && Bio.unread(description) == 2
                && Bio.unreadAddress(description) == memory + 5
                && Bio.read(bio, copy, TEST_SIZE) == 2
                && Bio.read(bio, copy, TEST_SIZE) == -1;
    }

    private static boolean drops(long bio, long memory) {
        Bio.write(bio, memory, 5);
        boolean visible = Bio.pending(bio) == 5 && Memory.getInt(Bio.pendingAddress(bio)) == Memory.getInt(memory);
        Bio.drop(bio, 5);
        Bio.write(bio, memory + 4, 4);
        return visible && Bio.pending(bio) == 4 && Memory.getInt(Bio.pendingAddress(bio)) == Memory.getInt(memory + 4);
    }
}
