package databridge.pyloop.receiving;

import databridge.pyloop.cpython.BytesApi;
import databridge.pyloop.cpython.Owned;
import databridge.pyloop.cpython.Refs;
import databridge.pyloop.cpython.Stolen;

/// A `bytes` object of [ReadSize#SPARE] bytes that is lent to one message after another. Messages then need no
/// allocation, and the memory stays in the processor's cache. Under the GIL.
///
/// A protocol that kept the object would keep all of its memory. So it is lent only to protocols that did not
/// keep their last message.
final class SpareBytes {
    private long spare; // 0 while it is lent

    /// An object that the caller fills and then cuts to size ([BytesApi#cut]).
    @Owned
    long take() {
        long bytes = spare;
        spare = 0;
        return bytes == 0 ? BytesApi.uninitialised(ReadSize.SPARE) : bytes;
    }

    /// Takes back an object, unless the program keeps it.
    void giveBack(@Stolen long bytes) {
        if (spare == 0 && Refs.unshared(bytes)) {
            spare = bytes;
        } else {
            Refs.release(bytes);
        }
    }

    /// Releases the object. Freeing an exact `bytes` object runs no Python code.
    void free() {
        Refs.releaseIfAny(spare);
        spare = 0;
    }
}
