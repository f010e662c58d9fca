package databridge.pyloop.transports;

import databridge.pyloop.libc.Pipes;
import databridge.pyloop.libc.Sockets;
import databridge.pyloop.libc.StreamMessages;

/// How the bytes of a [WriteQueue] reach the kernel: a count or `-errno`. Under the GIL.
enum WritePath {
    /// Stream sockets.
    SOCKET {
        @Override
        int send(int fd, long data, long size) {
            return Sockets.send(fd, data, size);
        }

        @Override
        int sendPieces(int fd, StreamMessages messages, int count) {
            return messages.send(fd, count);
        }
    },
    /// Pipes, terminals, and sockets that the program passed as a pipe.
    PIPE {
        @Override
        int send(int fd, long data, long size) {
            return Pipes.write(fd, data, size);
        }

        @Override
        int sendPieces(int fd, StreamMessages messages, int count) {
            return Pipes.writePieces(fd, messages.pieces(), count);
        }
    };

    /// Sends up to `size` bytes from `data`.
    abstract int send(int fd, long data, long size);

    /// Sends the first `count` of [StreamMessages#pieces] as one.
    abstract int sendPieces(int fd, StreamMessages messages, int count);
}
