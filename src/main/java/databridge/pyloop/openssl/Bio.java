package databridge.pyloop.openssl;

import databridge.pyloop.ffi.CFunction;
import databridge.pyloop.ffi.CStruct;
import databridge.pyloop.ffi.Memory;
import databridge.pyloop.ffi.StaticMemory;

/// `bio.h`: memory BIOs, the buffers between a TLS connection and its socket. With the GIL.
public final class Bio {
    private static final CFunction NEW = OpenSslLibrary.FUNCTIONS.function("BIO *BIO_new(const BIO_METHOD *type)");
    private static final CFunction MEMORY_METHOD =
            OpenSslLibrary.FUNCTIONS.function("const BIO_METHOD *BIO_s_mem(void)");
    private static final CFunction NEW_READ_ONLY =
            OpenSslLibrary.FUNCTIONS.function("BIO *BIO_new_mem_buf(const void *buf, int len)");
    private static final CFunction FREE = OpenSslLibrary.FUNCTIONS.function("int BIO_free(BIO *a)");
    private static final CFunction UP_REF = OpenSslLibrary.FUNCTIONS.function("int BIO_up_ref(BIO *a)");
    private static final CFunction CTRL =
            OpenSslLibrary.FUNCTIONS.function("long BIO_ctrl(BIO *bp, int cmd, long larg, void *parg)");
    private static final CFunction READ =
            OpenSslLibrary.FUNCTIONS.function("int BIO_read(BIO *b, void *data, int dlen)");
    private static final CFunction WRITE =
            OpenSslLibrary.FUNCTIONS.function("int BIO_write(BIO *b, const void *data, int dlen)");

    // The commands of BIO_ctrl behind the macros of bio.h.
    private static final long RESET = 1; // BIO_CTRL_RESET
    private static final long INFO = 3; // BIO_CTRL_INFO
    private static final long PENDING = 10; // BIO_CTRL_PENDING
    private static final long GET_MEMORY = 115; // BIO_C_GET_BUF_MEM_PTR
    private static final long SEEK = 128; // BIO_C_FILE_SEEK, which memory BIOs have from OpenSSL 3 on
    private static final long SET_RESULT_WHEN_EMPTY = 130; // BIO_C_SET_BUF_MEM_EOF_RETURN

    /// `buffer.h`
    private static final CStruct BUF_MEM =
            CStruct.of("struct buf_mem_st { size_t length; char *data; size_t max; unsigned long flags; }");

    private static final long LENGTH = BUF_MEM.offset("length");
    private static final long DATA = BUF_MEM.offset("data");
    private static final long MAX = BUF_MEM.offset("max");

    /// Where a function of OpenSSL writes an address, which is read right afterwards.
    private static final StaticMemory ADDRESS = StaticMemory.of(Long.BYTES);

    private Bio() {}

    /// A new BIO with memory of its own.
    ///
    /// @throws OutOfMemoryError if there is no memory
    static long create() {
        return orThrow(NEW.call(MEMORY_METHOD.call()));
    }

    /// A new BIO that reads memory of the caller's, chosen by [#view]. When that is used up, the BIO asks to be read
    /// again later.
    ///
    /// @param memory at least one byte
    /// @throws OutOfMemoryError if there is no memory
    static long createView(long memory) {
        long bio = orThrow(NEW_READ_ONLY.call(memory, 1));
        CTRL.call(bio, SET_RESULT_WHEN_EMPTY, -1, 0);
        return bio;
    }

    /// The address of the C struct that describes the memory of a BIO of [#createView].
    static long memoryOf(long bio) {
        CTRL.call(bio, GET_MEMORY, 0, ADDRESS.address());
        return Memory.getLong(ADDRESS.address());
    }

    /// Chooses what a BIO of [#createView] reads next.
    ///
    /// @param description from [#memoryOf]
    static void view(long description, long address, long size) {
        Memory.putLong(description + DATA, address);
        Memory.putLong(description + LENGTH, size);
        Memory.putLong(description + MAX, size);
    }

    /// How many bytes of a BIO of [#createView] are not read yet.
    ///
    /// @param description from [#memoryOf]
    static long unread(long description) {
        return Memory.getLong(description + LENGTH);
    }

    /// The address of those bytes.
    static long unreadAddress(long description) {
        return Memory.getLong(description + DATA);
    }

    /// Adds an owner, who calls [#free].
    static void retain(long bio) {
        UP_REF.call(bio);
    }

    /// Removes an owner, and frees the BIO if that was the last one.
    static void free(long bio) {
        FREE.call(bio);
    }

    /// How many bytes can be read.
    public static long pending(long bio) {
        return CTRL.call(bio, PENDING, 0, 0);
    }

    /// The address of the bytes that can be read. It is valid until the BIO is used again.
    public static long pendingAddress(long bio) {
        CTRL.call(bio, INFO, 0, ADDRESS.address());
        return Memory.getLong(ADDRESS.address());
    }

    /// Drops the bytes that can be read. [#SEEK] moves the position of reading to their end, if none was read
    /// before, and leaves the memory as it is. Memory BIOs of OpenSSL 1.1.1 ignore it.
    public static void drop(long bio, long pending) {
        CTRL.call(bio, SEEK, pending, 0);
        if (pending(bio) != 0) {
            CTRL.call(bio, RESET, 0, 0); // slower, because it overwrites the memory with zeros
        }
    }

    /// Reads up to `size` bytes.
    ///
    /// @param size less than 2 GiB
    /// @return how many bytes, not more than 0 if there are none
    public static int read(long bio, long to, long size) {
        return (int) READ.call(bio, to, size);
    }

    /// Appends bytes.
    ///
    /// @param size more than 0, less than 2 GiB
    /// @throws OutOfMemoryError if there is no memory
    public static void write(long bio, long from, long size) {
        if ((int) WRITE.call(bio, from, size) != size) {
            throw new OutOfMemoryError("BIO_write of " + size + " bytes");
        }
    }

    private static long orThrow(long bio) {
        if (bio == 0) {
            throw new OutOfMemoryError("BIO_new");
        }
        return bio;
    }
}
