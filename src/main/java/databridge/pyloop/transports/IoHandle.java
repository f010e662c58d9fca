package databridge.pyloop.transports;

import databridge.pyloop.cpython.CallApi;
import databridge.pyloop.cpython.ContextApi;
import databridge.pyloop.cpython.Owned;
import databridge.pyloop.cpython.PyError;
import databridge.pyloop.cpython.PyName;
import databridge.pyloop.cpython.Refs;
import databridge.pyloop.ffi.Memory;
import databridge.pyloop.handles.Handles;
import databridge.pyloop.loop.LoopEngine;

/// The handle of a transport that has something to do, as asyncio's loop has one: for code that runs,
/// measures or looks at handles. Otherwise the engine queues the transport itself.
final class IoHandle {
    private static final PyName IO_HANDLE = PyName.of("_io_handle");

    private IoHandle() {}

    /// Queues a handle in place of the transport: in debug mode, and while a monitor has replaced `_run` of handles.
    ///
    /// @return whether it did
    static boolean wasQueued(LoopEngine engine, long transport, boolean writes) {
        boolean wanted = engine.debug() || !Handles.RUN.isOriginal();
        if (wanted) {
            engine.eventLoop().callSoon(of(engine, transport, writes));
        }
        return wanted;
    }

    /// A new handle, which calls [TransportEngine#runInHandle].
    ///
    /// @param writes whether it runs in the context for writing
    /// @throws PyError what making it has raised
    @Owned
    static long of(LoopEngine engine, long transport, boolean writes) {
        long field = transport + (writes ? TransportLayout.WRITE_CONTEXT : TransportLayout.READ_CONTEXT);
        long context = Memory.getLong(field) == 0 ? ContextApi.copyCurrent() : Refs.retainField(field);
        long handle = CallApi.callMethod(IO_HANDLE, engine.self(), transport, context);
        Refs.release(context);
        return PyError.orThrow(handle);
    }
}
