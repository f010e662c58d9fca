package databridge.pyloop.tls;

import databridge.pyloop.cpython.BytesApi;
import databridge.pyloop.cpython.CallApi;
import databridge.pyloop.cpython.ErrorApi;
import databridge.pyloop.cpython.NumberApi;
import databridge.pyloop.cpython.ObjectApi;
import databridge.pyloop.cpython.Owned;
import databridge.pyloop.cpython.PyError;
import databridge.pyloop.cpython.PyName;
import databridge.pyloop.cpython.Refs;
import databridge.pyloop.cpython.Singletons;
import databridge.pyloop.ffi.Memory;
import databridge.pyloop.loop.LoopEngine;
import databridge.pyloop.openssl.Bio;
import databridge.pyloop.openssl.RecordMemory;
import databridge.pyloop.openssl.Records;
import databridge.pyloop.openssl.Ssl;
import databridge.pyloop.transports.StreamEngine;

/// Encrypts what the program writes and passes it to the transport below. With the GIL, in the loop's thread.
///
/// ```
/// write() -> OpenSSL -> RecordMemory -> kernel                     large writes
///                    -> the connection's BIO -> kernel              small writes; the transport sends later ones
/// together
///         -> _write_backlog                                         while the transport has paused writing
/// ```
///
/// asyncio encrypts everything at once, and while the transport is paused it keeps the records in the connection's BIO,
/// whose memory never shrinks: one large write keeps its memory as long as the connection lasts. Here, what is written
/// while the transport is paused stays in the backlog as it is, `bytes` objects that are not copied. In both places it
/// counts for flow control.
///
/// If the kernel encrypts, [KernelTls] takes the place of OpenSSL.
final class TlsWriting {
    private static final PyName KEEP = PyName.of("_keep");
    private static final PyName DO_WRITE = PyName.of("_do_write");
    private static final PyName WRITE_WITH_SSL = PyName.of("_write_with_ssl");

    /// In bytes. Smaller writes leave from `bytes` objects, which the transport below may hold back.
    private static final int LARGE = 4 * 1024;

    /// How many bytes are encrypted before they are sent: the memory that is used for them fits into caches.
    private static final int MOST_AT_ONCE = 64 * 1024;

    private TlsWriting() {}

    /// Whether something waits to be encrypted.
    static boolean hasBacklog(long protocol) {
        long backlog = Memory.getLong(protocol + TlsLayout.WRITE_BACKLOG);
        return backlog != 0 && ObjectApi.length(backlog) > 0;
    }

    /// Writes memory that is not empty, on an attached protocol that is open.
    ///
    /// @param owner the `bytes` object that it is in, or 0 if the memory may change when this returns
    /// @throws PyError what asyncio's `_write_appdata` lets pass
    static void write(LoopEngine engine, long protocol, long owner, long address, long size) {
        try {
            boolean blocked = TlsLayout.isRunning(protocol)
                    || TlsLayout.isWritingPaused(protocol)
                    || TlsLayout.isSendingFile(protocol);
            boolean backlog = hasBacklog(protocol);
            long done = blocked || backlog ? 0 : encrypt(engine, protocol, address, size, false);
            if (done < size) {
                keep(protocol, owner, address, size, done);
                if (backlog && !blocked) {
                    CallApi.run(DO_WRITE, protocol);
                }
            }
            WaterMarks.controlWriting(protocol);
        } catch (Throwable thrown) {
            TlsErrors.endConnection(protocol, thrown);
        }
    }

    private static void keep(long protocol, long owner, long address, long size, long done) {
        long data = owner == 0 ? BytesApi.copy(address + done, size - done) : Refs.retain(owner);
        long offset = NumberApi.fromLong(owner == 0 ? 0 : done);
        try {
            CallApi.run(KEEP, protocol, data, offset);
        } finally {
            Refs.release(data);
            Refs.release(offset);
        }
    }

    /// Encrypts and sends memory. As in asyncio, pauses of the transport below count for the next write.
    ///
    /// @param holds whether small records stay in the BIO until [#sendOutput] is called
    /// @return how many bytes; fewer than all if OpenSSL first has to read something (a renegotiation)
    /// @throws PyError the exception that `_ssl` makes of an error of OpenSSL, or what sending raised
    static long encrypt(LoopEngine engine, long protocol, long address, long size, boolean holds) {
        if (TlsLayout.isKernelSending(protocol)) {
            return KernelTls.write(protocol, address, size);
        }
        boolean paused = TlsLayout.isWritingPaused(protocol); // in a shutdown
        long done = 0;
        boolean goesOn = !TlsLayout.isRunning(protocol);
        while (goesOn && done < size) {
            long part = Math.min(size - done, MOST_AT_ONCE);
            boolean large = part >= LARGE && !paused;
            if (large) {
                sendRecords(protocol); // what was written before comes first
            }
            RecordMemory memory = engine.scratch().records(); // not before: sending can run Python code
            int count = large && !memory.isInUse()
                    ? encryptLarge(memory, protocol, address + done, part)
                    : encryptSmall(protocol, address + done, part, holds || paused);
            if (count < 0) {
                return done + writeWithSsl(protocol, address + done, part);
            }
            done += count;
            goesOn = count > 0 && TlsLayout.readsRecords(protocol);
        }
        return done;
    }

    /// @return how many bytes were encrypted: all, or 0 if that is possible later; -1 after an error
    private static int encryptSmall(long protocol, long address, long size, boolean holds) {
        long ssl = TlsLayout.ssl(protocol);
        int count;
        boolean later;
        TlsLayout.setRunning(protocol, true);
        try {
            count = Ssl.write(ssl, address, size);
            later = count <= 0 && Ssl.isAgain(ssl, count);
        } finally {
            TlsLayout.setRunning(protocol, false);
        }
        if (count > 0 || later) {
            if (!holds) {
                sendRecords(protocol);
            }
            return Math.max(count, 0);
        }
        return -1;
    }

    /// As [#encryptSmall], in the memory that all connections share.
    private static int encryptLarge(RecordMemory memory, long protocol, long address, long size) {
        long transport = Refs.retainField(protocol + TlsLayout.TRANSPORT);
        try {
            return encryptLarge(memory, protocol, transport, address, size);
        } finally {
            Refs.release(transport);
        }
    }

    private static int encryptLarge(RecordMemory memory, long protocol, long transport, long address, long size) {
        StreamEngine stream;
        int count;
        boolean later;
        long records;
        long rest = 0;
        memory.retain();
        try {
            long ssl = TlsLayout.ssl(protocol);
            TlsLayout.setRunning(protocol, true);
            try {
                count = Records.write(memory, ssl, TlsLayout.output(protocol), address, size);
                later = count <= 0 && Ssl.isAgain(ssl, count);
            } finally {
                TlsLayout.setRunning(protocol, false);
            }
            stream = LowerTransport.stream(transport);
            records = Records.outputSize(memory);
            if (records > 0) {
                long first = Records.output(memory);
                rest = stream == null ? BytesApi.copy(first, records) : stream.sendOrCopy(first, records);
            }
        } finally {
            try {
                Records.dropOutput(memory);
            } finally {
                memory.release();
            }
        }
        if (rest != 0) {
            if (stream == null) {
                LowerTransport.pass(transport, rest);
            } else {
                stream.append(rest, records);
            }
        }
        return count > 0 || later ? Math.max(count, 0) : -1;
    }

    /// Lets `_ssl` write, which raises the exception for the error that OpenSSL has reported.
    private static long writeWithSsl(long protocol, long address, long size) {
        long data = BytesApi.copy(address, size);
        long result;
        try {
            result = PyError.orThrow(CallApi.callMethod(WRITE_WITH_SSL, protocol, data));
        } finally {
            Refs.release(data);
        }
        try {
            long count = NumberApi.asLong(result);
            if (count < 0 || count > size) {
                throw ErrorApi.raise(Singletons.VALUE_ERROR, "more was written than there is");
            }
            return count;
        } finally {
            Refs.release(result);
        }
    }

    /// `_process_outgoing()` of an attached protocol.
    ///
    /// @throws PyError what the transport below or flow control raised
    static void sendOutput(long protocol) {
        if (!TlsLayout.isWritingPaused(protocol)) {
            sendRecords(protocol);
        }
        WaterMarks.controlWriting(protocol);
    }

    /// Passes the records in the connection's BIO on.
    private static void sendRecords(long protocol) {
        long output = TlsLayout.output(protocol);
        long size = TlsLayout.isRunning(protocol) ? 0 : Math.min(Bio.pending(output), Integer.MAX_VALUE);
        if (size > 0) {
            long transport = Refs.retainField(protocol + TlsLayout.TRANSPORT);
            try {
                StreamEngine stream = LowerTransport.stream(transport);
                if (stream == null) {
                    LowerTransport.pass(transport, takeRecords(output, size));
                } else {
                    sendRecords(stream, output, size);
                }
            } finally {
                Refs.release(transport);
            }
        }
    }

    /// Sends from the memory of the BIO. No Python code runs until that is empty again.
    private static void sendRecords(StreamEngine stream, long output, long size) {
        long first = Bio.pendingAddress(output);
        long sent = stream.send(first, size);
        long rest = 0;
        try {
            if (sent >= 0 && sent < size) {
                rest = BytesApi.copy(first + sent, size - sent);
            }
        } finally {
            Bio.drop(output, size);
        }
        if (sent < 0) {
            stream.fail((int) -sent);
        } else if (rest != 0) {
            stream.append(rest, size);
        }
    }

    @Owned
    private static long takeRecords(long output, long size) {
        long records = BytesApi.uninitialised(size);
        if (Bio.read(output, BytesApi.data(records), size) != size) {
            Refs.release(records);
            throw new IllegalStateException("BIO_read of " + size + " bytes");
        }
        return records;
    }
}
