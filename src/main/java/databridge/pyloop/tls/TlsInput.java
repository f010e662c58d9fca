package databridge.pyloop.tls;

import databridge.pyloop.cpython.ObjectApi;
import databridge.pyloop.cpython.Refs;
import databridge.pyloop.loop.LoopEngine;
import databridge.pyloop.openssl.RecordMemory;
import databridge.pyloop.transports.InputFilter;

/// Receives the records of a connection into the memory of the loop, for [TlsReading]. asyncio's `SSLProtocol` has a
/// buffer of 256 KiB for each connection instead. Under the GIL.
final class TlsInput implements InputFilter {
    private final LoopEngine engine;
    private final long protocol;
    private final long type;

    /// @param protocol the TLS protocol object, borrowed
    /// @param type `TlsCore`
    TlsInput(LoopEngine engine, long protocol, long type) {
        this.engine = engine;
        this.protocol = protocol;
        this.type = type;
    }

    @Override
    public boolean isFor(long current) {
        // The object can have been freed, and another one be at its address.
        return current == protocol
                && ObjectApi.isInstance(current, type)
                && TlsLayout.isAttached(current)
                && !engine.scratch().records().isInUse(); // a callback of OpenSSL can run Python code that calls this
    }

    @Override
    public long address() {
        return engine.scratch().records().input();
    }

    @Override
    public int size() {
        return RecordMemory.INPUT_SIZE;
    }

    @Override
    public void received(int count) {
        long kept = Refs.retain(protocol);
        try {
            TlsReading.received(engine, kept, engine.scratch().records(), count);
        } finally {
            Refs.release(kept);
        }
    }
}
