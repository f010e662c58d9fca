package databridge.pyloop.loadgen;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLContext;
import org.HdrHistogram.Histogram;

/// One server under load: its connections, which stay open from window to window, and what a window measured.
final class Target {
    private static final int BUFFER_BYTES = 256 * 1024;
    /// Connections begun at a time: a backlog that overflows costs a second for every one dropped.
    private static final int CONNECT_BATCH = 32;
    private static final long CONNECT_NS = 15_000_000_000L;
    private static final long DRAIN_NS = 3_000_000_000L;
    private static final long DATAGRAM_DRAIN_NS = 200_000_000L;
    private static final long LONGEST_LATENCY_NS = 60_000_000_000L;
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private final Workload workload;
    private final Dialogue dialogue;
    private final Selector selector;
    private final SSLContext trust = Trust.inEverybody();
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
    private final MemorySegment bufferSegment = MemorySegment.ofBuffer(buffer);
    private final List<Connection> connections = new ArrayList<>();
    private final Histogram latencies = new Histogram(LONGEST_LATENCY_NS, 3);
    private boolean running;

    Target(Workload workload) throws IOException {
        this.workload = workload;
        this.dialogue = new Dialogue(workload);
        this.selector = Selector.open();
    }

    Workload workload() {
        return workload;
    }

    Dialogue dialogue() {
        return dialogue;
    }

    Selector selector() {
        return selector;
    }

    SSLContext trust() {
        return trust;
    }

    ByteBuffer buffer() {
        return buffer;
    }

    MemorySegment bufferSegment() {
        return bufferSegment;
    }

    /// Whether new requests are to be sent.
    boolean running() {
        return running;
    }

    /// A response is complete.
    void completed(long latencyNs) {
        latencies.recordValue(Math.min(latencyNs, LONGEST_LATENCY_NS));
    }

    /// Makes all connections, unless each request is to have its own.
    void open() throws IOException {
        if (workload.churn()) {
            return;
        }
        long deadline = System.nanoTime() + CONNECT_NS;
        while (connections.size() < workload.connections()) {
            int first = connections.size();
            int end = Math.min(first + CONNECT_BATCH, workload.connections());
            for (int index = first; index < end; index++) {
                Connection connection = new Connection(this, index);
                connections.add(connection);
                connection.begin();
            }
            while (!allConnected(first)) {
                if (System.nanoTime() > deadline) {
                    throw new LoadException("no connection within " + CONNECT_NS / 1_000_000_000 + " s");
                }
                turn(deadline);
            }
        }
    }

    private boolean allConnected(int first) {
        for (int index = first; index < connections.size(); index++) {
            if (!connections.get(index).connected()) {
                return false;
            }
        }
        return true;
    }

    /// Sends requests for so long, then waits for the last responses; they and their time count too.
    Window run(double seconds) throws IOException {
        latencies.reset();
        long cpu = THREADS.getCurrentThreadCpuTime();
        long start = System.nanoTime();
        long end = start + (long) (seconds * 1e9);
        running = true;
        beginAll();
        while (System.nanoTime() < end) {
            turn(end);
        }
        running = false;
        int lost = drain();
        long finish = System.nanoTime();
        if (lost > 0) {
            // The time spent waiting for datagrams that never came is no work.
            finish -= DATAGRAM_DRAIN_NS;
        }
        return new Window(finish - start, THREADS.getCurrentThreadCpuTime() - cpu, lost, latencies);
    }

    private void beginAll() throws IOException {
        if (workload.churn() && connections.isEmpty()) {
            for (int index = 0; index < workload.connections(); index++) {
                Connection connection = new Connection(this, index);
                connections.add(connection);
                connection.begin();
            }
            return;
        }
        for (Connection connection : connections) {
            if (workload.churn()) {
                connection.reopen();
            } else {
                connection.begin();
            }
        }
    }

    private int drain() throws IOException {
        boolean datagrams = workload.transport() == Workload.Transport.UDP;
        long deadline = System.nanoTime() + (datagrams ? DATAGRAM_DRAIN_NS : DRAIN_NS);
        int left = unfinished();
        while (left > 0 && System.nanoTime() < deadline) {
            turn(deadline);
            left = unfinished();
        }
        if (left > 0 && !datagrams) {
            throw new LoadException(left + " requests were not answered within " + DRAIN_NS / 1_000_000_000 + " s");
        }
        for (Connection connection : left > 0 ? connections : List.<Connection>of()) {
            if (connection.unfinished() > 0) {
                connection.forget();
            }
        }
        return left;
    }

    private int unfinished() {
        int sum = 0;
        for (Connection connection : connections) {
            sum += connection.unfinished();
        }
        return sum;
    }

    private void turn(long deadline) throws IOException {
        long milliseconds = Math.max((deadline - System.nanoTime()) / 1_000_000, 1);
        try {
            selector.select(Target::ready, milliseconds);
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private static void ready(SelectionKey key) {
        try {
            ((Connection) key.attachment()).ready();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void close() throws IOException {
        for (Connection connection : connections) {
            connection.close();
        }
        // Deregisters, which is what really closes the sockets.
        selector.close();
    }
}
