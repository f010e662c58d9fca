package databridge.pyloop.transports;

import static databridge.pyloop.cpython.Singletons.NONE;

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
import databridge.pyloop.libc.DatagramSockets;
import databridge.pyloop.libc.Errno;

/// What a datagram transport sends, and when: at once, or when the socket is writable again. Under the GIL.
final class DatagramOutput {
    private static final PyName SEND_FOREIGN = PyName.of("_send_foreign");
    private static final PyName ALL_SENT = PyName.of("_all_sent");

    private final TransportEngine transport;
    private final int family;
    private final boolean connected;
    private final int header;
    private final DatagramQueue unsent = new DatagramQueue();

    /// @param family of the addresses, an `AF_*` constant
    /// @param connected whether the kernel knows where datagrams go
    /// @param header how many bytes each datagram adds to the size of what is to be sent
    DatagramOutput(TransportEngine transport, int family, boolean connected, int header) {
        this.transport = transport;
        this.family = family;
        this.connected = connected;
        this.header = header;
    }

    /// How many datagrams are to be sent.
    int count() {
        return unsent.count();
    }

    /// How many bytes are to be sent, as flow control counts.
    long size() {
        return unsent.bytes() + (long) header * unsent.count();
    }

    /// Drops what is unsent.
    void clear() {
        unsent.clear();
    }

    /// Sends a datagram, now or later.
    ///
    /// @param data an object that has a buffer
    /// @param address an object or None
    /// @return false if asyncio's own method has to handle it
    /// @throws PyError what must leave the loop, or what `error_received` raised
    boolean send(long data, long address) {
        long remote = DatagramLayout.remote(transport.self());
        boolean toRemote = remote != 0 && remote != NONE;
        if (toRemote && address != NONE && !isRemote(address)) {
            return false;
        }
        long bytes = BytesApi.isExact(data) ? Refs.retain(data) : copy(data);
        if (bytes == 0) {
            return false;
        }
        if (transport.self() == 0) { // Python code that compares or copies has detached it
            Refs.release(bytes);
            return false;
        }
        boolean lost = TransportLayout.isConnectionLost(transport.self()); // that code may have ended it, too
        int nameSize =
                lost ? Addresses.UNUSUAL : nameSize(toRemote ? DatagramLayout.remote(transport.self()) : address);
        if (nameSize == Addresses.UNUSUAL) {
            Refs.release(bytes);
            return false;
        }
        if (transport.isBlocked()) {
            unsent.add(bytes, name(), nameSize);
            transport.maybePause();
        } else {
            sendNow(bytes, nameSize);
        }
        return true;
    }

    /// Whether an address equals the one that is fixed, which the comparison may replace.
    private boolean isRemote(long address) {
        long remote = Refs.retainField(transport.self() + DatagramLayout.REMOTE);
        try {
            return ObjectApi.equal(address, remote);
        } finally {
            Refs.release(remote);
        }
    }

    /// Takes a datagram that asyncio's own method could not send, because the socket is full.
    ///
    /// @param address an object
    void append(@Stolen long bytes, long address) {
        int nameSize = nameSize(address);
        if (nameSize == Addresses.UNUSUAL) {
            unsent.addForeign(bytes, Refs.retain(address));
        } else {
            unsent.add(bytes, name(), nameSize);
        }
        transport.block();
    }

    /// Sends what has waited for the socket to become writable.
    ///
    /// @return an exception that must leave the loop, or 0
    @Owned
    long sendMore() {
        transport.readiness.beginWriting();
        long self = transport.self();
        int result;
        while ((result = unsent.send(scratch(), transport.descriptor(), connected)) == DatagramQueue.FOREIGN) {
            try {
                if (!sendForeign()) {
                    result = -Errno.EAGAIN;
                    break;
                }
            } catch (PyError raised) {
                if (transport.isBlocked()) {
                    transport.readiness.writeAgain();
                }
                return Failures.report(transport.engine, self);
            }
            if (transport.self() == 0 || !transport.isBlocked()) {
                return 0;
            }
        }
        if (result < 0 && result != -Errno.EAGAIN) {
            unsent.dropFirst();
            transport.readiness.writeAgain(); // asyncio goes on in the next iteration
            return DatagramErrors.deliverAndReport(transport.engine, self, -result);
        }
        if (unsent.isEmpty()) {
            transport.unblock();
        }
        long leaving = transport.self() != 0 ? FlowControl.maybeResume(transport.engine, self) : 0;
        boolean ends = leaving == 0 && transport.self() != 0 && TransportLayout.isClosing(self) && unsent.isEmpty();
        return ends ? Failures.reportIfFailed(transport.engine, self, CallApi.callMethod(ALL_SENT, self)) : leaving;
    }

    private DatagramSockets scratch() {
        return transport.engine.scratch().datagrams();
    }

    /// Where [#nameSize] writes an address.
    private long name() {
        return transport.engine.scratch().address().address();
    }

    /// Writes an address to [#name].
    private int nameSize(long address) {
        if (address == 0) { // the program has deleted the attribute of the fixed one
            return Addresses.UNUSUAL;
        }
        return connected ? 0 : AddressCache.fromPython(address, family, name());
    }

    private void sendNow(@Stolen long bytes, int nameSize) {
        int result = DatagramQueue.send(transport.descriptor(), bytes, name(), nameSize);
        if (result == -Errno.EAGAIN) {
            unsent.add(bytes, name(), nameSize);
            transport.block();
            transport.maybePause();
            return;
        }
        Refs.release(bytes);
        if (result < 0) {
            DatagramErrors.deliver(transport.self(), -result);
        }
    }

    /// A copy of an object's buffer as `bytes`, 0 if the buffer is not contiguous.
    @Owned
    private static long copy(long data) {
        try {
            return BufferApi.copyOf(data);
        } catch (PyError notContiguous) {
            ErrorApi.clear();
            return 0;
        }
    }

    /// Calls Python code that sends the first datagram.
    ///
    /// @return false if the socket is full
    private boolean sendForeign() {
        long data = unsent.first();
        long address = unsent.foreignAddress();
        unsent.removeFirst();
        long sent = CallApi.callMethod(SEND_FOREIGN, transport.self(), data, address);
        if (sent == Singletons.FALSE) {
            unsent.putBackForeign(data, address);
        } else {
            Refs.release(data);
            Refs.release(address);
        }
        Refs.release(PyError.orThrow(sent));
        return sent != Singletons.FALSE;
    }
}
