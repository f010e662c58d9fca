package databridge.pyloop.loop;

import databridge.pyloop.cpython.Borrowed;
import databridge.pyloop.cpython.Refs;
import databridge.pyloop.cpython.RootTable;
import databridge.pyloop.cpython.Stolen;
import databridge.pyloop.engine.Interest;
import databridge.pyloop.handles.Handles;

/// The Python objects of each file descriptor of a loop: its reader, its writer, and its file object. Under the GIL.
///
/// A reader or writer is one of
/// - a handle, from `add_reader` or `add_writer`: scheduled whenever the descriptor is ready;
/// - a future, from `sock_recv` and its siblings: resolved once;
/// - a transport, while it reads or has something to write: the entry keeps it alive, and shows in the loop's map of
///   descriptors as asyncio's handle would.
///
/// Direction is [Interest#READ] or [Interest#WRITE] everywhere.
final class FdTable {
    private static final int STRIDE = 3;
    private static final int READER = 0;
    private static final int WRITER = 1;
    private static final int FILE_OBJECT = 2;

    private final RootTable roots;

    FdTable(RootTable roots) {
        this.roots = roots;
    }

    /// All descriptors with an entry are below this.
    long size() {
        return (roots.capacity() + STRIDE - 1) / STRIDE;
    }

    /// The reader or writer of a descriptor, 0 if there is none.
    @Borrowed
    long get(int fd, int direction) {
        return roots.get(index(fd, direction));
    }

    /// Sets the reader or writer of a descriptor, in place of the one before.
    ///
    /// @param fd a descriptor that is registered
    void put(int fd, int direction, @Stolen long watcher) {
        roots.put(index(fd, direction), watcher);
    }

    /// Removes the reader or writer of a descriptor, if there is one.
    void clear(int fd, int direction) {
        roots.put(index(fd, direction), 0);
    }

    /// Removes the reader or writer of a descriptor, if there is one, and cancels it if it is a handle.
    void cancel(int fd, int direction) {
        long watcher = get(fd, direction);
        if (watcher != 0) {
            Refs.retain(watcher);
            clear(fd, direction);
            if (Handles.isHandle(watcher)) {
                Handles.cancel(watcher);
            }
            Refs.release(watcher);
        }
    }

    /// The object that the program passed for a descriptor, which may be the number itself; 0 if there
    /// is none.
    @Borrowed
    long fileObject(int fd) {
        return roots.get(fileIndex(fd));
    }

    void putFileObject(int fd, @Stolen long fileObject) {
        roots.put(fileIndex(fd), fileObject);
    }

    void clearFileObject(int fd) {
        roots.put(fileIndex(fd), 0);
    }

    /// The descriptor that has this file object, -1 if none has. So a file is found although it was closed
    /// and has no number any more.
    int find(long fileObject) {
        for (long at = FILE_OBJECT; at < roots.capacity(); at += STRIDE) {
            if (roots.get(at) == fileObject) {
                return (int) (at / STRIDE);
            }
        }
        return -1;
    }

    private static long index(int fd, int direction) {
        return (long) fd * STRIDE + (direction == Interest.READ ? READER : WRITER);
    }

    private static long fileIndex(int fd) {
        return (long) fd * STRIDE + FILE_OBJECT;
    }
}
