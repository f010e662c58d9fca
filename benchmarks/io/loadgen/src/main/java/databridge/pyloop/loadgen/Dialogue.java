package databridge.pyloop.loadgen;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Random;

/// The bytes of requests and of the responses they must get, the same for all connections of a workload.
///
/// Messages are slices of one block of random bytes, so each differs from its neighbours and none is built in the
/// measured time.
final class Dialogue {
    /// Messages begin at this many places of the block. A prime, so that neighbours do not repeat early.
    private static final int PLACES = 4093;
    /// Places of consecutive messages are this far apart.
    private static final int STRIDE = 1021;
    /// What the server sends in a download repeats with this period.
    static final int DOWNLOAD_PERIOD = 251;

    private static final int PROBE = Long.BYTES;

    private final Workload workload;
    private final ByteBuffer requests;
    private final MemorySegment responses;
    private final int requestSize;
    private int responseSize;

    Dialogue(Workload workload) {
        this.workload = workload;
        this.requests = requestBlock(workload);
        this.requestSize = varies() ? workload.size() : requests.capacity();
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

    private static ByteBuffer requestBlock(Workload workload) {
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
                byte[] random = new byte[workload.size() + (workload.split() ? 0 : PLACES)];
                new Random(1).nextBytes(random);
                ByteBuffer block =
                        ByteBuffer.allocateDirect(random.length).put(random).flip();
                return workload.split() ? block.putInt(0, workload.size() - Frame.HEADER_BYTES) : block;
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

    /// Whether messages differ. Those with a header of their own do not.
    private boolean varies() {
        return requests.capacity() == workload.size() + PLACES;
    }

    private int place(int connection, long sequence) {
        return varies() ? (int) ((connection * 31L + sequence * STRIDE) % PLACES) : 0;
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
            throw new LoadException("wrong bytes in response " + sequence + " of connection " + connection);
        }
    }

    private boolean equal(MemorySegment received, int from, int expected, int length) {
        return MemorySegment.mismatch(received, from, from + length, responses, expected, expected + length) == -1;
    }
}
