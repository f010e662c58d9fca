package databridge.pyloop.libc;

import databridge.pyloop.ffi.Memory;

/// `sendmsg` and `recvmsg` on non-blocking stream sockets, with the memory that they need: a number of bytes or
/// `-errno`. One call at a time, under the caller's lock.
public final class StreamMessages {
    /// The most pieces that one call sends; the kernel's limit is 1024 (IOV_MAX).
    public static final int PIECES = 256;

    private final IoVector pieces = new IoVector(PIECES);
    private final IoVector buffer = new IoVector(1);
    private final long sent = Memory.allocate(MessageHeader.SIZE);
    private final long received = Memory.allocate(MessageHeader.SIZE);

    /// The pieces of the next call that sends, up to [#PIECES].
    public IoVector pieces() {
        return pieces;
    }

    /// Sends the first `count` of [#pieces] as one, or only the first where a sandbox refuses that. Without SIGPIPE.
    public int send(int fd, int count) {
        MessageHeader.setPieces(sent, pieces.address(0), count);
        int result = MessageHeader.send(fd, sent);
        return Errno.isRefusal(result) ? Sockets.send(fd, pieces.data(0), pieces.size(0)) : result;
    }

    /// Receives up to `size` bytes into memory at `address`. For Unix sockets, see [#endedAtControlData].
    public int receive(int fd, long address, long size) {
        buffer.put(0, address, size);
        MessageHeader.setPieces(received, buffer.address(0), 1);
        MessageHeader.setFlags(received, 0);
        int result = MessageHeader.receive(fd, received);
        return Errno.isRefusal(result) ? receivePlainly(fd, address, size) : result;
    }

    /// For a sandbox that refuses `recvmsg`. Nothing then says where control data was attached: it may be anywhere.
    private int receivePlainly(int fd, long address, long size) {
        MessageHeader.setFlags(received, MessageHeader.MSG_CTRUNC);
        return Sockets.receive(fd, address, size);
    }

    /// Whether the last [#receive] ended where descriptors or credentials were attached, so that there may be more to
    /// read, however little it returned.
    public boolean endedAtControlData() {
        return (MessageHeader.flags(received) & MessageHeader.MSG_CTRUNC) != 0;
    }

    /// Frees the memory. Nothing may be called afterwards.
    public void free() {
        pieces.free();
        buffer.free();
        Memory.free(sent);
        Memory.free(received);
    }
}
