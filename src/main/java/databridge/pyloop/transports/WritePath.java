package databridge.pyloop.transports;

import databridge.pyloop.libc.IoVector;
import databridge.pyloop.libc.Pipes;
import databridge.pyloop.libc.Sockets;

/// How the bytes of a [WriteQueue] reach the kernel: a count or `-errno`. Under the GIL.
enum WritePath {
    SOCKET {
        @Override
        int send(int fd, long data, long size) {
            return Sockets.send(fd, data, size);
        }

        @Override
        int sendPieces(int fd, IoVector pieces, int count) {
            return Sockets.sendPieces(fd, pieces, count);
        }
    },
    /// Any other descriptor, and sockets that shall be treated like one.
    PIPE {
        @Override
        int send(int fd, long data, long size) {
            return Pipes.write(fd, data, size);
        }

        @Override
        int sendPieces(int fd, IoVector pieces, int count) {
            return Pipes.writePieces(fd, pieces, count);
        }
    };

    abstract int send(int fd, long data, long size);

    /// Sends the first `count` pieces as one.
    abstract int sendPieces(int fd, IoVector pieces, int count);
}
