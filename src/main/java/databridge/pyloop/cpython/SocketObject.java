package databridge.pyloop.cpython;

import databridge.pyloop.ffi.Memory;

/// `socketmodule.h`: the descriptor in a `socket.socket`, read as memory. With the GIL.
public final class SocketObject {
    private static long type;

    /// `struct PySocketSockObject { PyObject_HEAD; SOCKET_T sock_fd; ...`
    private static final long SOCK_FD = PyObjectLayout.OBJECT_SIZE;

    private SocketObject() {}

    static void bind() {
        type = ImportApi.attribute("_socket", "socket");
    }

    /// Whether `object` is a socket object that has the descriptor `fd`. [#descriptor] may be called only on
    /// objects for which this was true once.
    public static boolean isOf(long object, int fd) {
        return isSocket(object) && descriptor(object) == fd;
    }

    /// Whether `object` is a socket object.
    public static boolean isSocket(long object) {
        return ObjectApi.isInstance(object, type);
    }

    /// The descriptor of a socket object, -1 once the socket is closed or detached.
    public static int descriptor(long socket) {
        return Memory.getInt(socket + SOCK_FD);
    }
}
