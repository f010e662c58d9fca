package databridge.pyloop.loadgen;

/// The framing of split requests: the length of the body in four bytes, big-endian, then the body.
final class Frame {
    static final int HEADER_BYTES = Integer.BYTES;

    private Frame() {}
}
