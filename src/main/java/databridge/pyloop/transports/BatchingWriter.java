package databridge.pyloop.transports;

import databridge.pyloop.cpython.Owned;

/// A transport of bytes, which holds small writes back ([WriteBatching]). Under the GIL.
interface BatchingWriter {
    /// Writes what was held back, because the caller needs it written now.
    ///
    /// @return the OSError, if the caller has to handle it, or 0
    /// @throws databridge.pyloop.cpython.PyError what must leave the loop
    @Owned
    long sendBatch();

    /// Writes what was held back, now that the callback ends.
    ///
    /// @throws databridge.pyloop.cpython.PyError what must leave the loop
    void flushBatch();
}
