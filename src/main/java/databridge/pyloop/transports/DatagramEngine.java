package databridge.pyloop.transports;

import static databridge.pyloop.cpython.Singletons.NONE;
import static databridge.pyloop.libc.Epoll.EPOLLET;
import static databridge.pyloop.libc.Epoll.EPOLLIN;
import static databridge.pyloop.libc.Epoll.EPOLLOUT;

import databridge.pyloop.collections.NumberTable;
import databridge.pyloop.cpython.BufferApi;
import databridge.pyloop.cpython.BytesApi;
import databridge.pyloop.cpython.CallApi;
import databridge.pyloop.cpython.ErrorApi;
import databridge.pyloop.cpython.ObjectApi;
import databridge.pyloop.cpython.Owned;
import databridge.pyloop.cpython.PyError;
import databridge.pyloop.cpython.PyName;
import databridge.pyloop.cpython.Refs;
import databridge.pyloop.cpython.Singletons;
import databridge.pyloop.cpython.Stolen;
import databridge.pyloop.ffi.Memory;
import databridge.pyloop.ffi.StaticMemory;
import databridge.pyloop.libc.DatagramSockets;
import databridge.pyloop.libc.ErrnoCode;
import databridge.pyloop.libc.SocketAddress;
import databridge.pyloop.loop.LoopEngine;
import org.jspecify.annotations.Nullable;

/// The Java half of a datagram transport: when it receives, see [DatagramInput], and what it sends.
///
/// Edge-triggered; for writing, the socket is polled only while it is full.
///
/// Without a fixed address small datagrams are put off to the end of the iteration and leave in one call.
/// DatagramEngine
/// of connected sockets are not: an error of an earlier one, which the kernel reports with the next, would be lost.
/// Under the GIL.
final class DatagramEngine extends TransportEngine {
    private static final int MOST_DEFERRED = 64 * 1024;

    private static final PyName MAYBE_RESUME = PyName.of("_maybe_resume_protocol");
    private static final PyName SEND_FOREIGN = PyName.of("_send_foreign");
    private static final PyName ALL_SENT = PyName.of("_all_sent");

    private static final Fields FIELDS = new Fields();
    private static final StaticMemory NAME = StaticMemory.of(SocketAddress.ROOM);
    private static final NumberTable<DatagramEngine> ALL = new NumberTable<>();

    private final int number;
    private final int family;
    private final boolean connected;
    private final int header;
    private final DatagramInput input;
    private final DatagramErrors errors = new DatagramErrors(this);
    private final DatagramQueue unsent = new DatagramQueue();
    private boolean reporting;

    static void bind() {
        FIELDS.bind(DatagramType.READ_CONTEXT, DatagramType.WRITE_CONTEXT, DatagramType.SOCKET, 0);
        ALL.clear();
    }

    private DatagramEngine(
            LoopEngine engine, int number, long self, long socket, int fd, int family, boolean connected, int header) {
        super(engine, self, socket, fd, FIELDS);
        this.number = number;
        this.family = family;
        this.connected = connected;
        this.header = header;
        input = new DatagramInput(this, errors, family == SocketAddress.AF_UNIX);
    }

    /// Makes the Java half of a transport object.
    ///
    /// @param socket the socket object
    /// @param connected whether the kernel knows where datagrams go
    /// @param header what each datagram adds to the size of what is to be sent
    /// @return its number, for the object's field
    static int open(LoopEngine engine, long self, long socket, int fd, int family, boolean connected, int header) {
        int number = ALL.reserve();
        ALL.put(number, new DatagramEngine(engine, number, self, socket, fd, family, connected, header));
        return number;
    }

    /// The Java half of a transport object; null before it has one, and when it or its loop is closed.
    static @Nullable DatagramEngine of(long self) {
        return ALL.get(Memory.getInt(self + DatagramType.NUMBER));
    }

    /// Stops polling and gives everything up.
    void close() {
        ALL.remove(number);
        unsent.clear();
        input.clear();
        end(false);
    }

    int unsentCount() {
        return unsent.count();
    }

    long unsentSize() {
        return unsent.bytes() + (long) header * unsent.count();
    }

    void dropUnsent() {
        unsent.clear();
        unblock();
    }

    /// Sends a datagram, now or later.
    ///
    /// @param address an object or None
    /// @return false if this is a case for asyncio's own method
    /// @throws PyError what `error_received` raised
    boolean send(long data, long address) {
        long remote = Memory.getLong(self + DatagramType.REMOTE);
        boolean toRemote = remote != 0 && remote != NONE;
        if (toRemote && address != NONE && !ObjectApi.equal(address, remote)) {
            return false;
        }
        long bytes = BytesApi.isExact(data) ? Refs.retain(data) : copy(data);
        if (bytes == 0) {
            return false;
        }
        boolean now = connected || BytesApi.size(bytes) >= IMMEDIATE || !engine.running();
        if (now && !reporting) {
            Failures.raise(flush(false));
        }
        // What has run meanwhile may have ended the transport.
        boolean lost = self == 0 || Memory.getInt(self + DatagramType.CONNECTION_LOST) != 0;
        int nameSize = nameSize(toRemote ? remote : address);
        if (lost || nameSize == Addresses.UNUSUAL) {
            Refs.release(bytes);
            return false;
        }
        if (!blocked && (now || reporting)) {
            sendNow(bytes, nameSize);
            return true;
        }
        unsent.add(bytes, NAME.address(), nameSize);
        if (blocked) {
            maybePause();
        } else {
            defer();
        }
        return true;
    }

    /// Takes a datagram that asyncio's own method could not send, because the socket is full.
    void append(@Stolen long bytes, long address) {
        int nameSize = nameSize(address);
        if (nameSize == Addresses.UNUSUAL) {
            unsent.addForeign(bytes, Refs.retain(address));
        } else {
            unsent.add(bytes, NAME.address(), nameSize);
        }
        block();
    }

    /// Sends what was put off.
    ///
    /// @param later whether this is no call of the one who sends, so that errors are reported as those of receiving
    /// @return an exception that has to leave the loop, or 0
    @Owned
    long flush(boolean later) {
        long fatal = 0;
        while (fatal == 0 && self != 0 && !blocked && !unsent.isEmpty()) {
            int result = unsent.send(descriptor(), connected);
            if (result == -ErrnoCode.EAGAIN || result == DatagramQueue.FOREIGN) {
                fatal = waitForRoom();
            } else if (result < 0) {
                unsent.drop();
                boolean nested = reporting;
                reporting = true;
                fatal = later ? errors.reportInContext(-result) : errors.report(-result);
                reporting = nested;
            }
        }
        if (fatal != 0 && !blocked && !unsent.isEmpty()) {
            deferral.add(0);
        }
        return fatal;
    }

    @Override
    void flushDeferred() {
        Failures.raise(flush(true));
    }

    @Owned
    private long waitForRoom() {
        long transport = self;
        try {
            block();
            maybePause();
            return 0;
        } catch (PyError raised) {
            return Failures.exceptionOf(engine, transport, 0);
        }
    }

    @Override
    boolean mayRead() {
        return (readable || input.hasMore()) && isReading();
    }

    @Override
    long waitingBytes() {
        return unsentSize();
    }

    @Override
    int interest() {
        if (!blocked) {
            return EPOLLIN | EPOLLET;
        }
        // A Unix socket without a engine is always said to be writable, whatever the receiver's queue: no edges.
        boolean trustworthy = family != SocketAddress.AF_UNIX || connected;
        return EPOLLIN | EPOLLOUT | (trustworthy ? EPOLLET : 0);
    }

    @Override
    @Owned
    long read() {
        return input.read();
    }

    /// Writes an address to [#NAME].
    private int nameSize(long address) {
        return connected ? 0 : AddressCache.fromPython(address, family, NAME.address());
    }

    private void sendNow(@Stolen long bytes, int nameSize) {
        int result = DatagramQueue.send(descriptor(), bytes, NAME.address(), nameSize);
        if (result == -ErrnoCode.EAGAIN) {
            unsent.add(bytes, NAME.address(), nameSize);
            block();
            maybePause();
            return;
        }
        Refs.release(bytes);
        if (result < 0) {
            errors.tell(-result);
        }
    }

    private void defer() {
        deferral.add(0); // what becomes too much is for this transport to tell, and for it alone
        if (unsent.count() >= DatagramSockets.MOST_SENT || unsent.bytes() >= MOST_DEFERRED) {
            Failures.raise(flush(false));
        }
    }

    /// What has a buffer as `bytes`, 0 if it is not contiguous.
    @Owned
    private static long copy(long data) {
        try {
            return BufferApi.copyOf(data);
        } catch (PyError notContiguous) {
            ErrorApi.clear();
            return 0;
        }
    }

    @Override
    @Owned
    long sendMore() {
        writable = false;
        long transport = self;
        int result;
        while ((result = unsent.send(descriptor(), connected)) == DatagramQueue.FOREIGN) {
            try {
                if (!sendForeign()) {
                    result = -ErrnoCode.EAGAIN;
                    break;
                }
            } catch (PyError raised) {
                writable = blocked;
                return Failures.exceptionOf(engine, transport, 0);
            }
            if (self == 0 || !blocked) {
                return 0;
            }
        }
        if (result < 0 && result != -ErrnoCode.EAGAIN) {
            unsent.drop();
            writable = true; // asyncio goes on in the next iteration
            return errors.report(-result);
        }
        if (unsent.isEmpty()) {
            unblock();
        }
        long fatal = 0;
        if (FlowControl.isPaused(self)) {
            fatal = Failures.exceptionOf(engine, transport, CallApi.callMethod(MAYBE_RESUME, self));
        }
        if (fatal == 0 && self != 0 && Memory.getByte(self + DatagramType.CLOSING) != 0) {
            fatal = flush(false);
            if (fatal == 0 && self != 0 && unsent.isEmpty()) {
                fatal = Failures.exceptionOf(engine, transport, CallApi.callMethod(ALL_SENT, self));
            }
        }
        return fatal;
    }

    /// Has Python send the first datagram, or deal with its error.
    ///
    /// @return false if the socket is full
    private boolean sendForeign() {
        long data = unsent.first();
        long address = unsent.foreignAddress();
        unsent.forget();
        long sent = CallApi.callMethod(SEND_FOREIGN, self, data, address);
        if (sent == Singletons.FALSE) {
            unsent.putBackForeign(data, address);
        } else {
            Refs.release(data);
            Refs.release(address);
        }
        Refs.release(PyError.orThrow(sent));
        return sent != Singletons.FALSE;
    }

    private void block() {
        if (!blocked) {
            blocked = true;
            // asyncio's own method has perhaps made the loop watch the socket, which ends here.
            boolean taken = !engine.watchers().isLentTo(fd, this);
            register();
            if (taken && Memory.getLong(self + DatagramType.READ_CONTEXT) != 0 && wantsToRead()) {
                holdReading();
            }
            awaitRoom();
        }
    }

    private boolean wantsToRead() {
        return Memory.getByte(self + DatagramType.CLOSING) == 0 && Memory.getByte(self + DatagramType.PAUSED) == 0;
    }

    private void unblock() {
        if (blocked) {
            blocked = false;
            writable = false;
            if (engine.watchers().isLentTo(fd, this)) {
                register();
            }
            engine.watchers().letGo(fd, EPOLLOUT);
        }
    }
}
