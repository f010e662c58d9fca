package databridge.pyloop.tls;

import databridge.pyloop.cpython.CallApi;
import databridge.pyloop.cpython.NumberApi;
import databridge.pyloop.cpython.PyName;
import databridge.pyloop.ffi.Memory;
import databridge.pyloop.openssl.Bio;

/// Flow control: asyncio's methods are called when they would do something. With the GIL.
final class WaterMarks {
    private static final PyName CONTROL_SSL_READING = PyName.of("_control_ssl_reading");
    private static final PyName CONTROL_APP_WRITING = PyName.of("_control_app_writing");

    private static final long UNKNOWN = Long.MIN_VALUE;

    private WaterMarks() {}

    /// Pauses or resumes the transport below, if too much or little enough waits to be decrypted.
    ///
    /// @throws databridge.pyloop.cpython.PyError what asyncio's code raised
    static void controlReading(long protocol) {
        long size = Bio.pending(TlsLayout.input(protocol));
        if (changes(
                protocol,
                TlsLayout.SSL_READING_PAUSED,
                size,
                TlsLayout.INCOMING_HIGH_WATER,
                TlsLayout.INCOMING_LOW_WATER)) {
            CallApi.run(CONTROL_SSL_READING, protocol);
        }
    }

    /// Pauses or resumes the program's protocol, if too much or little enough waits to be sent.
    ///
    /// @throws databridge.pyloop.cpython.PyError what asyncio's code raised
    static void controlWriting(long protocol) {
        long waiting = Memory.getLong(protocol + TlsLayout.WRITE_BUFFER_SIZE);
        long kept = waiting == 0 ? UNKNOWN : NumberApi.exactLong(waiting, UNKNOWN);
        // Else everything that was encrypted has been passed on.
        boolean holds = TlsLayout.isWritingPaused(protocol) || TlsLayout.isRunning(protocol);
        long size = holds ? Bio.pending(TlsLayout.output(protocol)) + kept : kept;
        if (kept == UNKNOWN
                || changes(
                        protocol,
                        TlsLayout.APP_WRITING_PAUSED,
                        size,
                        TlsLayout.OUTGOING_HIGH_WATER,
                        TlsLayout.OUTGOING_LOW_WATER)) {
            CallApi.run(CONTROL_APP_WRITING, protocol);
        }
    }

    private static boolean changes(long protocol, long paused, long size, long high, long low) {
        boolean isPaused = Memory.getByte(protocol + paused) != 0;
        long mark = Memory.getLong(protocol + (isPaused ? low : high));
        long limit = mark == 0 ? UNKNOWN : NumberApi.exactLong(mark, UNKNOWN);
        if (limit == UNKNOWN) {
            return true; // asyncio compares any numbers
        }
        return isPaused ? size <= limit : size >= limit;
    }
}
