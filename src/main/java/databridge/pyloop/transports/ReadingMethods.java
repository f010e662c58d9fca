package databridge.pyloop.transports;

import static databridge.pyloop.cpython.CallingConvention.NO_ARGUMENTS;
import static databridge.pyloop.cpython.Singletons.NONE;

import databridge.pyloop.cpython.CallApi;
import databridge.pyloop.cpython.Owned;
import databridge.pyloop.cpython.PyError;
import databridge.pyloop.cpython.PyName;
import databridge.pyloop.cpython.Refs;
import databridge.pyloop.cpython.TypeDef;
import databridge.pyloop.ffi.Memory;
import databridge.pyloop.runtime.EntryPoint;
import org.jspecify.annotations.Nullable;

/// `pause_reading()` and `resume_reading()` of stream transports. In the loop's thread.
///
/// Some streams resume before each read and pause after it. Debug mode, in which asyncio logs both, and transports
/// without an engine are left to asyncio's methods.
final class ReadingMethods {
    private static final PyName ASYNCIO_PAUSE_READING = PyName.of("_asyncio_pause_reading");
    private static final PyName ASYNCIO_RESUME_READING = PyName.of("_asyncio_resume_reading");

    private ReadingMethods() {}

    /// Declares the methods.
    ///
    /// @param type whose further methods `implementation` implements
    static void declare(TypeDef type, Class<?> implementation) {
        type.implementedBy(ReadingMethods.class)
                .method("pause_reading($self, /)", NO_ARGUMENTS, "pause", "Pause the receiving end.")
                .method("resume_reading($self, /)", NO_ARGUMENTS, "resume", "Resume the receiving end.")
                .implementedBy(implementation);
    }

    @EntryPoint
    @Owned
    static long pause(long self) {
        StreamEngine stream = engine(self);
        if (stream != null) {
            stream.flushBatch(); // if that fails, the transport is closing: asyncio has tried to send in write()
            stream = engine(self);
        }
        if (stream == null) {
            return PyError.orThrow(CallApi.callMethod(ASYNCIO_PAUSE_READING, self));
        }
        if (TransportLayout.wantsToRead(self)) {
            Memory.putByte(self + TransportLayout.PAUSED, (byte) 1);
            stream.stopReading();
        }
        return Refs.retain(NONE);
    }

    @EntryPoint
    @Owned
    static long resume(long self) {
        StreamEngine stream = engine(self);
        if (stream == null) {
            return PyError.orThrow(CallApi.callMethod(ASYNCIO_RESUME_READING, self));
        }
        if (!TransportLayout.isClosing(self) && !TransportLayout.wantsToRead(self)) {
            Memory.putByte(self + TransportLayout.PAUSED, (byte) 0);
            stream.startReading();
        }
        return Refs.retain(NONE);
    }

    private static @Nullable StreamEngine engine(long self) {
        StreamEngine stream = StreamEngine.of(self);
        return stream == null || stream.engine.isClosed() || stream.engine.debug() ? null : stream;
    }
}
