package databridge.pyloop.transports;

import databridge.pyloop.cpython.Owned;
import databridge.pyloop.cpython.Refs;
import databridge.pyloop.cpython.Stolen;
import databridge.pyloop.engine.Interest;
import databridge.pyloop.ffi.Memory;
import databridge.pyloop.loop.LoopEngine;
import org.jspecify.annotations.Nullable;

/// The Java half of a stream transport: it joins [StreamInput] and [StreamOutput]. Under the GIL.
///
/// # The path of the bytes
///
/// ```
/// epoll -> SocketReadiness -> queue of the loop -> StreamInput -> InputHandler -> protocol
///                                               -> StreamOutput.sendMore -> kernel
/// write() -> StreamOutput -> kernel, at once
///                         -> WriteQueue -> kernel, when the callback ends or when the socket is writable
/// ```
///
/// ## Reading
///
/// Level-triggered polling would need an `epoll_ctl` for every pause, resume and full socket. So the socket
/// is registered once, in both directions and edge-triggered: the kernel reports a change once and never
/// repeats it. A report that is lost is data that is never read. Therefore an event only sets a mark in
/// [SocketReadiness], and a mark stays cleared after a system call only if the result shows that nothing is
/// left: EAGAIN, or fewer bytes than were asked for. It outlives any pause of reading, and resuming needs
/// no poll. A short read proves nothing once the kernel has reported more than data (an end, an error,
/// urgent data): that is behind the data and causes no further event, so such a socket is read until
/// EAGAIN. The end itself stays marked for ever.
///
/// One turn reads once, then the callbacks of others run, as in asyncio: a fast peer cannot starve them. While the
/// transport is paused, the bytes stay in the kernel, whose full receive buffer then slows the peer down.
///
/// ## Writing
///
/// A write leaves at once, as in asyncio. The system call is most of the cost of a small write, so what a callback
/// writes after its first write only enters the [WriteQueue] if it is small, and leaves in one call when the
/// callback ends ([WriteBatching]). A large write leaves at once, and what is queued with it: it costs far more than
/// its system call, and while it waited the data would leave the processor's caches. Order is kept: what comes after
/// queued data is queued too. Any call that asks about the connection or ends it sends the queue first
/// (`_send_deferred`, `is_closing()`), so that the program sees what it would see without batching.
///
/// When the kernel refuses data with EAGAIN, the transport is blocked: it stays queued, the transport enters itself as
/// the writer of the descriptor, and the next event of writability continues with [#sendMore]. Only what waits in
/// a blocked transport counts for flow control, as in asyncio: beyond the high-water mark the protocol is asked to
/// pause, and once the queue is below the low-water mark to resume.
///
/// The queue holds pieces of memory, each with the object that owns it. A `bytes` object is immutable, so it
/// is queued as it is; other buffers are sent at once or copied, because their owner may change them.
public final class StreamEngine extends TransportEngine implements BatchingWriter {
    private static final int INTEREST =
            Interest.READ | Interest.WRITE | Interest.END_OF_STREAM | Interest.PRIORITY | Interest.EDGE_TRIGGERED;

    private final StreamInput input;
    private final StreamOutput output;
    private boolean beginsNext;

    /// @param self the transport object, borrowed
    /// @param socket the socket object, None if there is none
    /// @param unix whether it is a Unix socket, whose messages may carry descriptors
    StreamEngine(LoopEngine engine, long self, long socket, int fd, boolean unix) {
        super(engine, self, socket, fd);
        output = new StreamOutput(this, new WriteBatching(engine, self, this::flushBatch));
        input = new StreamInput(this, new ProtocolDelivery(engine), unix);
    }

    /// The engine of a stream transport object; null before it has one, and when it is closed.
    static @Nullable StreamEngine of(long self) {
        return (StreamEngine) WriterEngine.of(self);
    }

    StreamOutput output() {
        return output;
    }

    /// Passes what is read to a filter, as long as the transport has the protocol that it works for.
    public void interpose(InputFilter filter) {
        input.interpose(filter);
    }

    /// Whether a write goes to the engine. Otherwise asyncio's own method raises, or counts writes that come too late.
    public boolean takesData() {
        return StreamLayout.takesData(self());
    }

    /// Whether `close()` or `abort()` was called, or the connection ended.
    public boolean isClosing() {
        return TransportLayout.isClosing(self());
    }

    /// Writes a `bytes` object that is not empty, while [#takesData] holds.
    ///
    /// @throws databridge.pyloop.cpython.PyError what must leave the loop, or what pausing the protocol raised
    public void write(@Stolen long data) {
        try {
            output.write(data);
        } finally {
            Refs.release(data);
        }
    }

    /// See [StreamOutput#sendOrCopy].
    @Owned
    public long sendOrCopy(long address, long size) {
        return output.sendOrCopy(address, size);
    }

    /// See [StreamOutput#send].
    public long send(long address, long size) {
        return output.send(address, size);
    }

    /// See [StreamOutput#fail].
    public void fail(int errno) {
        output.fail(errno);
    }

    /// See [StreamOutput#append].
    public void append(@Stolen long rest, long size) {
        output.append(rest, size);
    }

    /// Begins to read a connection that was accepted, behind the callbacks that are ready by now, as
    /// `call_soon(self._add_reader)` would in this context.
    ///
    /// The first read needs no event: most clients have sent their request by then. After it the socket is
    /// registered, unless the connection is closed already.
    void beginSoon(long context) {
        Refs.replace(self() + StreamLayout.START_CONTEXT, Refs.retain(context));
        engine.transportRegistrations().announce(fd, this, INTEREST, self());
        beginsNext = true;
        enqueue();
    }

    @Override
    boolean begins() {
        if (!beginsNext) {
            return false;
        }
        beginsNext = false;
        long transport = Refs.retain(self());
        long context = Refs.take(transport + StreamLayout.START_CONTEXT);
        engine.transportRegistrations().release(fd, transport);
        if (TransportLayout.wantsToRead(transport)) {
            becomeReader();
            long earlier = Refs.take(transport + TransportLayout.READ_CONTEXT); // connection_made() may have resumed it
            Memory.putLong(transport + TransportLayout.READ_CONTEXT, context);
            Refs.releaseIfAny(earlier);
            if (!StreamLayout.isBuffered(transport)) {
                readiness.readAgain(); // without an event; else it is registered now, as in read()
            }
        } else {
            Refs.releaseIfAny(context);
        }
        finish(transport, 0);
        return true;
    }

    @Override
    int interest() {
        return INTEREST;
    }

    @Override
    void pollForWriting() {
        if (!isRegistered()) {
            register();
        }
    }

    @Override
    void pollForReadingOnly() {
        // An edge-triggered registration costs nothing while the socket stays writable.
    }

    @Override
    boolean hasReceived() {
        return false;
    }

    @Override
    @Owned
    long read() {
        if (StreamLayout.isBuffered(self()) && !isRegistered()) {
            readiness.beginReading(); // such a protocol is asked for a buffer only if there is something to read
            return 0;
        }
        return input.read();
    }

    @Override
    @Owned
    long sendMore() {
        return output.sendMore();
    }

    @Override
    long unsent() {
        return output.unsent();
    }

    @Override
    void dropUnsent() {
        output.clear();
        unblock();
    }

    @Override
    @Owned
    public long sendBatch() {
        return output.sendBatch();
    }

    @Override
    public void flushBatch() {
        output.flushBatch();
    }

    @Override
    void dispose(long transport, boolean closes) {
        output.clear();
        super.dispose(transport, closes);
    }
}
