package databridge.pyloop.loadgen;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SocketChannel;

/// A socket as it is: TCP, Unix or a connected UDP socket.
final class PlainWire implements Wire {
    private final SelectableChannel channel;
    private final ByteChannel bytes;

    private PlainWire(SelectableChannel channel) {
        this.channel = channel;
        this.bytes = (ByteChannel) channel;
    }

    /// Begins to connect.
    static PlainWire open(Workload workload) throws IOException {
        switch (workload.transport()) {
            case UDP -> {
                DatagramChannel channel = DatagramChannel.open();
                channel.configureBlocking(false);
                channel.connect(workload.address());
                return new PlainWire(channel);
            }
            case UNIX -> {
                // The backlog of a Unix socket that does not block answers EAGAIN, and nothing tells when to try again.
                SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
                channel.connect(workload.address());
                channel.configureBlocking(false);
                return new PlainWire(channel);
            }
            default -> {
                SocketChannel channel = SocketChannel.open();
                channel.configureBlocking(false);
                channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
                channel.connect(workload.address());
                return new PlainWire(channel);
            }
        }
    }

    @Override
    public SelectableChannel channel() {
        return channel;
    }

    @Override
    public boolean connect() throws IOException {
        return !(channel instanceof SocketChannel socket) || socket.isConnected() || socket.finishConnect();
    }

    @Override
    public int read(ByteBuffer target) throws IOException {
        return bytes.read(target);
    }

    @Override
    public boolean ended() {
        return false;
    }

    @Override
    public void write(ByteBuffer source) throws IOException {
        bytes.write(source);
    }

    @Override
    public boolean pending() {
        return false;
    }

    @Override
    public void flush() {}

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
