package databridge.pyloop.loadgen;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import javax.net.ssl.SSLEngine;

/// One connection of a [Target] and where its dialogue is. Used by the thread that runs the target.
final class Connection {
    private final Target target;
    private final Dialogue dialogue;
    private final Workload workload;
    private final int index;
    private final ByteBuffer request;
    /// When each request in flight was begun.
    private final long[] begun;

    private Wire wire;
    private SelectionKey key;
    private boolean open;
    private boolean connected;
    private boolean sending;
    private long sent;
    private long received;
    /// Bytes of the current response that have come.
    private int offset;
    /// With churn: the response is complete, and nothing but the end may follow.
    private boolean answered;

    Connection(Target target, int index) throws IOException {
        this.target = target;
        this.dialogue = target.dialogue();
        this.workload = target.workload();
        this.index = index;
        this.request = dialogue.view();
        this.begun = new long[workload.depth()];
        begun[0] = System.nanoTime();
        this.wire = open();
        this.key = wire.channel().register(target.selector(), 0, this);
    }

    private Wire open() throws IOException {
        open = true;
        Wire plain = PlainWire.open(workload);
        return workload.transport() == Workload.Transport.TLS ? new TlsWire(plain, engine()) : plain;
    }

    private SSLEngine engine() {
        if (!workload.resume()) {
            // Without the name of a peer no session is resumed: every connection makes the whole handshake.
            return target.trust().createSSLEngine();
        }
        // Sessions are found by host and port. As every place has a port of its own, which is only a name, it always
        // finds the session of its own last connection, whatever the others do meanwhile.
        return target.trust().createSSLEngine("127.0.0.1", 1 + index);
    }

    boolean connected() {
        return connected;
    }

    /// Requests sent and not answered; with churn also a connection that is still to send its one.
    int unfinished() {
        return workload.churn() ? (open ? 1 : 0) : outstanding();
    }

    private int outstanding() {
        return (int) (sent - received);
    }

    /// Goes on connecting, then sends if the target is running.
    void begin() throws IOException {
        if (!connected) {
            connected = wire.connect();
        }
        if (connected) {
            send(System.nanoTime());
        }
        updateInterest();
    }

    /// What the selector calls when the socket is ready.
    void ready() throws IOException {
        if (!connected) {
            begin();
            return;
        }
        if (key.isWritable()) {
            wire.flush();
            send(System.nanoTime());
        }
        if (key.isReadable()) {
            receive();
        }
        if (key.isValid()) {
            updateInterest();
        }
    }

    private void send(long now) throws IOException {
        while (sending || (mayBegin() && outstanding() < workload.depth())) {
            if (!sending) {
                dialogue.select(request, index, sent);
                // A new connection is part of the request, and was begun before.
                if (!workload.churn()) {
                    begun[(int) (sent % begun.length)] = now;
                }
                sent++;
                sending = true;
                if (workload.split()) {
                    writeHeader();
                }
            }
            wire.write(request);
            if (request.hasRemaining()) {
                return;
            }
            sending = false;
        }
    }

    private boolean mayBegin() {
        // A connection made for one request sends it, however late.
        return target.running() || workload.churn();
    }

    private void writeHeader() throws IOException {
        int end = request.limit();
        request.limit(request.position() + Frame.HEADER_BYTES);
        wire.write(request);
        request.limit(end);
    }

    private void receive() throws IOException {
        ByteBuffer buffer = target.buffer();
        int count;
        do {
            buffer.clear();
            count = wire.read(buffer);
            if (count < 0) {
                ended();
                return;
            }
            take(buffer, count);
            // With TLS the notice of the end may come with the last bytes, and then nothing more to be woken by.
        } while (count == buffer.capacity() || wire.ended());
    }

    private void take(ByteBuffer buffer, int count) throws IOException {
        for (int from = 0; from < count; ) {
            if (outstanding() == 0 || answered) {
                throw new LoadException("more bytes than were asked for");
            }
            if (dialogue.responseSize() == 0) {
                dialogue.learn(buffer, count);
            }
            int piece = Math.min(count - from, dialogue.responseSize() - offset);
            dialogue.check(target.bufferSegment(), from, piece, index, received, offset);
            from += piece;
            offset += piece;
            if (offset == dialogue.responseSize()) {
                offset = 0;
                if (workload.churn()) {
                    answered = true;
                } else {
                    completed();
                }
            }
        }
    }

    private void completed() throws IOException {
        long now = System.nanoTime();
        target.completed(now - begun[(int) (received % begun.length)]);
        received++;
        send(now);
    }

    /// The server closed. With churn that is the end of a request.
    private void ended() throws IOException {
        if (!answered) {
            throw new LoadException("the server closed a connection");
        }
        close();
        connected = false;
        answered = false;
        target.completed(System.nanoTime() - begun[0]);
        received++;
        if (target.running()) {
            reopen();
        }
    }

    /// A new socket in place of the old one, which has been closed.
    void reopen() throws IOException {
        begun[0] = System.nanoTime();
        wire = open();
        key = wire.channel().register(target.selector(), 0, this);
        connected = false;
        begin();
    }

    /// Gives up what has not been answered: a datagram was lost.
    void forget() throws IOException {
        close();
        received = sent;
        sending = false;
        offset = 0;
        reopen();
    }

    void close() throws IOException {
        open = false;
        wire.close();
    }

    private void updateInterest() {
        int wanted = sending || wire.pending() ? SelectionKey.OP_READ | SelectionKey.OP_WRITE : SelectionKey.OP_READ;
        if (!connected && wire.channel() instanceof SocketChannel socket && socket.isConnectionPending()) {
            wanted = SelectionKey.OP_CONNECT;
        }
        if (key.interestOps() != wanted) {
            key.interestOps(wanted);
        }
    }
}
