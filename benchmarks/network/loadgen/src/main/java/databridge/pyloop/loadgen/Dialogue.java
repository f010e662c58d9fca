package databridge.pyloop.loadgen;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Random;

/// The bytes of requests and of the responses they must get.
///
/// Messages are slices of one block of random bytes, so each differs from its neighbours and none is built in the
/// measured time. The block is small enough for a processor's cache, and connections share it. With
/// [Workload#verify] each connection has a part of it to itself, so that no two connections of this process
/// ever send the same message and what belongs to another one is found out.
final class Dialogue {
    /// Messages begin at this many places of the block. A prime, so that neighbours do not repeat early.
    private static final int PLACES = 4093;
    /// Places of consecutive messages are this far apart.
    private static final int STRIDE = 1021;
    /// What the server sends in a download repeats with this period.
    static final int DOWNLOAD_PERIOD = 251;
    /// Parts overlap rather than that the block becomes larger than this. Messages still begin apart.
    private static final int LARGEST_BLOCK = 32 * 1024 * 1024;

    private static final int PROBE = Long.BYTES;

    /// Verified workloads so far. Each has a block of its own, as they may be open at the same time.
    private static int verified;

    private final Workload workload;
    /// From one connection's part of the block to the next one's; 0 where all share it.
    private final int partSize;
    private final ByteBuffer requests;
    private final MemorySegment responses;
    private final int requestSize;
    private int responseSize;

    Dialogue(Workload workload) {
        this.workload = workload;
        this.partSize = workload.verify() ? partSize() : 0;
        this.requests = requestBlock();
        this.requestSize = sends() ? workload.size() : requests.capacity();
        switch (workload.exchange()) {
            case ECHO -> {
                responses = MemorySegment.ofBuffer(requests.duplicate());
                responseSize = requestSize;
            }
            case DOWNLOAD -> {
                responses = MemorySegment.ofBuffer(downloadBlock(workload.size()));
                responseSize = workload.size();
            }
            case UPLOAD -> {
                responses = MemorySegment.ofBuffer(ByteBuffer.allocateDirect(1));
                responseSize = 1;
            }
            case HTTP -> responses = MemorySegment.NULL;
            default -> throw new AssertionError(workload.exchange());
        }
    }

    /// Whether requests are of the size the workload names.
    private boolean sends() {
        return workload.exchange() == Workload.Exchange.ECHO || workload.exchange() == Workload.Exchange.UPLOAD;
    }

    /// Whether messages of one connection differ. Those with a header do not.
    private boolean varies() {
        return sends() && !workload.split();
    }

    private int partSize() {
        if (varies()) {
            return Math.max(PLACES, Math.min(workload.size() + PLACES, LARGEST_BLOCK / workload.connections()));
        }
        return sends() ? workload.size() : 0;
    }

    private ByteBuffer requestBlock() {
        switch (workload.exchange()) {
            case DOWNLOAD -> {
                return ByteBuffer.allocateDirect(1);
            }
            case HTTP -> {
                byte[] text = ("GET " + workload.path() + " HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
                        .getBytes(StandardCharsets.US_ASCII);
                return ByteBuffer.allocateDirect(text.length).put(text).flip();
            }
            default -> {
                int connections = workload.connections();
                byte[] random = new byte[(connections - 1) * partSize + workload.size() + (varies() ? PLACES : 0)];
                new Random(workload.verify() ? ++verified : 1).nextBytes(random);
                ByteBuffer block =
                        ByteBuffer.allocateDirect(random.length).put(random).flip();
                for (int connection = 0; workload.split() && connection < connections; connection++) {
                    block.putInt(connection * partSize, workload.size() - Frame.HEADER_BYTES);
                }
                return block;
            }
        }
    }

    private static ByteBuffer downloadBlock(int size) {
        ByteBuffer block = ByteBuffer.allocateDirect(size);
        for (int i = 0; i < size; i++) {
            block.put(i, (byte) (i % DOWNLOAD_PERIOD));
        }
        return block;
    }

    private int place(int connection, long sequence) {
        int inPart = varies() ? (int) ((connection * 31L + sequence * STRIDE) % PLACES) : 0;
        return connection * partSize + inPart;
    }

    /// A view of the requests for one connection; [#select] moves it from one to the next.
    ByteBuffer view() {
        return requests.duplicate();
    }

    void select(ByteBuffer view, int connection, long sequence) {
        int place = place(connection, sequence);
        view.limit(place + requestSize).position(place);
    }

    int requestSize() {
        return requestSize;
    }

    /// @return 0 while it is not known yet, see [#learn]
    int responseSize() {
        return responseSize;
    }

    /// Takes the length of the response from the first one of an HTTP server; all later ones must have it too.
    void learn(ByteBuffer received, int length) throws LoadException {
        responseSize = HttpHead.messageLength(received, length);
    }

    /// Compares a piece of a response with what it must be.
    ///
    /// @param from offset in `received`
    /// @param offset of the piece in the response
    void check(MemorySegment received, int from, int length, int connection, long sequence, int offset)
            throws LoadException {
        if (workload.exchange() == Workload.Exchange.HTTP) {
            HttpHead.check(received, from, length, offset);
            return;
        }
        if (workload.exchange() == Workload.Exchange.UPLOAD) {
            return;
        }
        int expected = place(connection, sequence) + offset;
        boolean same;
        if (workload.verify() || length <= 2 * PROBE) {
            same = equal(received, from, expected, length);
        } else {
            int end = length - PROBE;
            same = equal(received, from, expected, PROBE) && equal(received, from + end, expected + end, PROBE);
        }
        if (!same) {
            throw new LoadException(differing(received, from, expected, length) + " wrong bytes in response " + sequence
                    + " of connection " + connection);
        }
    }

    private int differing(MemorySegment received, int from, int expected, int length) {
        int sum = 0;
        for (int i = 0; i < length; i++) {
            if (received.get(ValueLayout.JAVA_BYTE, from + i) != responses.get(ValueLayout.JAVA_BYTE, expected + i)) {
                sum++;
            }
        }
        return sum;
    }

    private boolean equal(MemorySegment received, int from, int expected, int length) {
        return MemorySegment.mismatch(received, from, from + length, responses, expected, expected + length) == -1;
    }
}
