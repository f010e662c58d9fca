package databridge.pyloop.receiving;

import databridge.pyloop.cpython.BytesApi;
import databridge.pyloop.cpython.Owned;
import databridge.pyloop.cpython.Refs;
import databridge.pyloop.cpython.Stolen;

/// A `bytes` object with room for [#ROOM] bytes, which is handed out again and again as long as nobody keeps it.
/// Messages then cost no allocation, and their place stays in the processor's cache.
///
/// Whoever keeps the object keeps memory for [#ROOM] bytes; so it is for protocols that have kept nothing before.
/// Under the GIL.
final class SpareBytes {
    static final int ROOM = 16 * 1024;

    private static long spare; // 0 while somebody has it

    private SpareBytes() {}

    static void bind() {
        spare = 0;
    }

    /// An object to be filled and then [BytesApi#cut] to size.
    @Owned
    static long take() {
        long bytes = spare;
        spare = 0;
        return bytes == 0 ? BytesApi.uninitialised(ROOM) : bytes;
    }

    /// Takes back what [#take] has given, unless somebody keeps it.
    static void giveBack(@Stolen long bytes) {
        if (spare == 0 && Refs.unshared(bytes)) {
            spare = bytes;
        } else {
            Refs.release(bytes);
        }
    }
}
