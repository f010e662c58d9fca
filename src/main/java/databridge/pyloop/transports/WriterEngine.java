package databridge.pyloop.transports;

import databridge.pyloop.collections.NumberTable;
import databridge.pyloop.cpython.Refs;
import databridge.pyloop.ffi.Memory;
import databridge.pyloop.loop.LoopEngine;
import org.jspecify.annotations.Nullable;

/// The Java half of any transport that writes: the object it belongs to, and its descriptor. Under the GIL.
///
/// A transport object finds its engine by the number in [TransportLayout#NUMBER], from `_attach` to `_detach`.
abstract class WriterEngine {
    private static final NumberTable<WriterEngine> ALL = new NumberTable<>();

    final LoopEngine engine;
    final int fd;
    private long self;
    private int number;

    /// Forgets the engines of an earlier interpreter.
    static void bind() {
        ALL.clear();
    }

    /// @param self the transport object; borrowed, it outlives its engine
    WriterEngine(LoopEngine engine, long self, int fd) {
        this.engine = engine;
        this.self = self;
        this.fd = fd;
    }

    /// The engine of a transport object; null before it has one, and when it or its loop is closed.
    static @Nullable WriterEngine of(long self) {
        return ALL.get(Memory.getInt(self + TransportLayout.NUMBER));
    }

    /// Stores the number of this engine in the transport object, and a reference to the loop object.
    final void attach() {
        Refs.replace(self + TransportLayout.LOOP, Refs.retain(engine.self()));
        number = ALL.reserve();
        ALL.put(number, this);
        Memory.putInt(self + TransportLayout.NUMBER, number);
    }

    /// Ends polling, drops what is unsent, and removes the number of this engine from the transport object.
    ///
    /// @param closes whether the caller closes the descriptor next
    final void detach(boolean closes) {
        long transport = self;
        Memory.putInt(transport + TransportLayout.NUMBER, 0);
        ALL.remove(number);
        self = 0;
        dispose(transport, closes);
    }

    /// The transport object, borrowed; 0 once it is detached.
    final long self() {
        return self;
    }

    /// What [#detach] ends and frees. An override calls this last: the loop may be freed here.
    ///
    /// @param transport the object
    /// @param closes whether the caller closes the descriptor next
    void dispose(long transport, boolean closes) {
        Refs.clear(transport + TransportLayout.LOOP);
    }

    /// How many bytes wait to be written, as flow control counts.
    abstract long unsent();

    /// Drops what is unsent; nothing waits for the descriptor to become writable any more.
    abstract void dropUnsent();
}
