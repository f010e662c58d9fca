package databridge.pyloop.loadgen;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectableChannel;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;

/// TLS over a [PlainWire], in the thread that calls.
final class TlsWire implements Wire {
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);
    private static final int BUFFER_BYTES = 64 * 1024;

    private final Wire plain;
    private final SSLEngine engine;
    private final ByteBuffer incoming = ByteBuffer.allocateDirect(BUFFER_BYTES);
    private final ByteBuffer outgoing = ByteBuffer.allocateDirect(BUFFER_BYTES);
    private boolean ended;

    TlsWire(Wire plain, SSLEngine engine) throws IOException {
        this.plain = plain;
        this.engine = engine;
        engine.setUseClientMode(true);
        engine.beginHandshake();
    }

    @Override
    public SelectableChannel channel() {
        return plain.channel();
    }

    @Override
    public boolean connect() throws IOException {
        if (!plain.connect()) {
            return false;
        }
        while (!ended) {
            switch (engine.getHandshakeStatus()) {
                case NEED_TASK -> runTasks();
                case NEED_WRAP -> {
                    engine.wrap(NOTHING, outgoing);
                    flush();
                }
                case NEED_UNWRAP -> {
                    if (unwrap(NOTHING) == 0 && !receive()) {
                        return false;
                    }
                }
                default -> {
                    flush();
                    return !pending();
                }
            }
        }
        throw new LoadException("the connection ended in the TLS handshake");
    }

    @Override
    public int read(ByteBuffer target) throws IOException {
        int before = target.position();
        receive();
        unwrap(target);
        int count = target.position() - before;
        return count == 0 && ended ? -1 : count;
    }

    /// Decrypts all that is complete.
    ///
    /// @return encrypted bytes used up
    private int unwrap(ByteBuffer target) throws IOException {
        incoming.flip();
        SSLEngineResult result;
        do {
            result = engine.unwrap(incoming, target);
            if (result.getHandshakeStatus() == HandshakeStatus.NEED_TASK) {
                runTasks();
            }
            ended |= result.getStatus() == SSLEngineResult.Status.CLOSED;
        } while (result.bytesConsumed() > 0 && !handshaking(result));
        int used = incoming.position();
        incoming.compact();
        return used;
    }

    /// Whether the engine now wants to send, which ends a run of unwraps.
    private static boolean handshaking(SSLEngineResult result) {
        return result.getHandshakeStatus() == HandshakeStatus.NEED_WRAP;
    }

    private boolean receive() throws IOException {
        int count = plain.read(incoming);
        ended |= count < 0;
        return count > 0;
    }

    @Override
    public boolean ended() {
        return ended;
    }

    @Override
    public void write(ByteBuffer source) throws IOException {
        flush();
        while (source.hasRemaining() && !pending()) {
            while (source.hasRemaining() && engine.wrap(source, outgoing).getStatus() == SSLEngineResult.Status.OK) {}
            flush();
        }
    }

    @Override
    public boolean pending() {
        return outgoing.position() > 0;
    }

    @Override
    public void flush() throws IOException {
        if (pending()) {
            outgoing.flip();
            plain.write(outgoing);
            outgoing.compact();
        }
    }

    @Override
    public void close() throws IOException {
        engine.closeOutbound();
        outgoing.clear();
        engine.wrap(NOTHING, outgoing);
        try {
            flush();
        } catch (IOException e) {
            // The server may be gone already; the notice was a courtesy.
        }
        plain.close();
    }

    private void runTasks() {
        for (Runnable task = engine.getDelegatedTask(); task != null; task = engine.getDelegatedTask()) {
            task.run();
        }
    }
}
