package databridge.pyloop.transports;

import databridge.pyloop.libc.Pipes;
import databridge.pyloop.libc.Sockets;

/// How the bytes of a [WriteQueue] reach the kernel: a count or `-errno`. Under the GIL.
enum Sink {
    SOCKET {
        @Override
        int send(int fd, long data, long size) {
            return Sockets.send(fd, data, size);
        }

        @Override
        void putPiece(int index, long data, long size) {
            Sockets.putPiece(index, data, size);
        }

        @Override
        int sendPieces(int fd, int count) {
            return Sockets.sendPieces(fd, count);
        }
    },
    /// Any other descriptor, and sockets that shall be treated like one.
    PIPE {
        @Override
        int send(int fd, long data, long size) {
            return Pipes.write(fd, data, size);
        }

        @Override
        void putPiece(int index, long data, long size) {
            Pipes.putPiece(index, data, size);
        }

        @Override
        int sendPieces(int fd, int count) {
            return Pipes.writePieces(fd, count);
        }
    };

    /// How many pieces one [#sendPieces] takes.
    static final int MOST_PIECES = Math.min(Sockets.MOST_PIECES, Pipes.MOST_PIECES);

    abstract int send(int fd, long data, long size);

    /// Sets a piece of the next [#sendPieces].
    ///
    /// @param index below [#MOST_PIECES]
    abstract void putPiece(int index, long data, long size);

    /// Sends the first `count` pieces as one.
    abstract int sendPieces(int fd, int count);
}
