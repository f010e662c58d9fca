package databridge.pyloop.transports;

import databridge.pyloop.engine.Readiness;

/// What a transport knows about its socket: the marks that edge-triggered events set and that the results of system
/// calls clear. See [StreamEngine] for the rules. Under the GIL.
final class SocketReadiness {
    /// With one of these a short read does not prove that nothing is left: an end, an error or urgent data
    /// follows the data.
    private static final int MORE_THAN_DATA = Readiness.MAY_READ & ~Readiness.READABLE;

    private boolean readable;
    private boolean moreThanData;
    private boolean writable;

    /// Sets the marks for an event.
    ///
    /// @param events a set of [Readiness]
    /// @param blocked whether data waits for the socket to become writable: only then is that marked
    void addEvents(int events, boolean blocked) {
        if ((events & Readiness.MAY_READ) != 0) {
            readable = true;
            moreThanData |= (events & MORE_THAN_DATA) != 0;
        }
        if (blocked && (events & Readiness.MAY_WRITE) != 0) {
            writable = true;
        }
    }

    /// Whether there may be something to read.
    boolean isReadable() {
        return readable;
    }

    /// Whether the socket may take data that has waited for it.
    boolean isWritable() {
        return writable;
    }

    /// Notes that what the events announced is being read.
    void beginReading() {
        readable = false;
    }

    /// Notes that data was read.
    ///
    /// @param full whether as much came as was asked for, so that there may be more
    void dataRead(boolean full) {
        readable = moreThanData || full;
    }

    /// Notes that the kernel has returned EAGAIN: the next event reports that there is more.
    void nothingLeft() {
        moreThanData = false;
    }

    /// Notes that the socket has to be read once more, whatever came.
    void readAgain() {
        readable = true;
    }

    /// Notes that what the events announced is being written to, or that nothing waits any more.
    void beginWriting() {
        writable = false;
    }

    /// Notes that the socket may still take data.
    void writeAgain() {
        writable = true;
    }

    /// Removes all marks, for a transport that is detached.
    void clear() {
        readable = false;
        moreThanData = false;
        writable = false;
    }
}
