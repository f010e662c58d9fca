package databridge.pyloop.loadgen;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;

/// The system calls of the servers that show the limit. Results are a value or `-errno`. For one thread.
final class Libc {
    static final int EAGAIN = 11;
    static final int MSG_NOSIGNAL = 0x4000;

    private static final Linker LINKER = Linker.nativeLinker();
    private static final VarHandle ERRNO =
            Linker.Option.captureStateLayout().varHandle(MemoryLayout.PathElement.groupElement("errno"));
    private static final MemorySegment STATE = Arena.global().allocate(Linker.Option.captureStateLayout());

    private static final MethodHandle SOCKET = bind("socket", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT);
    private static final MethodHandle BIND = bind("bind", JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT);
    private static final MethodHandle LISTEN = bind("listen", JAVA_INT, JAVA_INT, JAVA_INT);
    private static final MethodHandle GETSOCKNAME = bind("getsockname", JAVA_INT, JAVA_INT, ADDRESS, ADDRESS);
    private static final MethodHandle SETSOCKOPT =
            bind("setsockopt", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT);
    private static final MethodHandle ACCEPT4 = bind("accept4", JAVA_INT, JAVA_INT, ADDRESS, ADDRESS, JAVA_INT);
    private static final MethodHandle CLOSE = bind("close", JAVA_INT, JAVA_INT);
    private static final MethodHandle EPOLL_CREATE1 = bind("epoll_create1", JAVA_INT, JAVA_INT);
    private static final MethodHandle EPOLL_CTL = bind("epoll_ctl", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS);
    private static final MethodHandle EPOLL_WAIT = bind("epoll_wait", JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT);
    private static final MethodHandle RECV = bind("recv", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT);
    private static final MethodHandle SEND = bind("send", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT);
    private static final MethodHandle RECVFROM =
            bind("recvfrom", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT, ADDRESS, ADDRESS);
    private static final MethodHandle SENDTO =
            bind("sendto", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT, ADDRESS, JAVA_INT);
    private static final MethodHandle GETTID = bind("gettid", JAVA_INT);

    private Libc() {}

    // Native access is what this class is for; the jar asks for it in its manifest.
    @SuppressWarnings("restricted")
    private static MethodHandle bind(String name, ValueLayout result, ValueLayout... parameters) {
        return LINKER.downcallHandle(
                LINKER.defaultLookup().findOrThrow(name),
                FunctionDescriptor.of(result, parameters),
                Linker.Option.captureCallState("errno"));
    }

    private static long result(long value) {
        return value == -1 ? -(int) ERRNO.get(STATE, 0L) : value;
    }

    static AssertionError unexpected(Throwable e) {
        return new AssertionError("a downcall cannot throw", e);
    }

    /// The result of a call that must succeed.
    static int checked(String call, int result) {
        if (result < 0) {
            throw new IllegalStateException(call + " failed with errno " + -result);
        }
        return result;
    }

    static int socket(int domain, int type, int protocol) {
        try {
            return (int) result((int) SOCKET.invokeExact(STATE, domain, type, protocol));
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    static int bind(int fd, MemorySegment address, int length) {
        try {
            return (int) result((int) BIND.invokeExact(STATE, fd, address, length));
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    static int listen(int fd, int backlog) {
        try {
            return (int) result((int) LISTEN.invokeExact(STATE, fd, backlog));
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    static int getsockname(int fd, MemorySegment address, MemorySegment length) {
        try {
            return (int) result((int) GETSOCKNAME.invokeExact(STATE, fd, address, length));
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    static int setsockopt(int fd, int level, int name, MemorySegment value, int length) {
        try {
            return (int) result((int) SETSOCKOPT.invokeExact(STATE, fd, level, name, value, length));
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    static int accept4(int fd, int flags) {
        try {
            return (int) result((int) ACCEPT4.invokeExact(STATE, fd, MemorySegment.NULL, MemorySegment.NULL, flags));
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    static int close(int fd) {
        try {
            return (int) result((int) CLOSE.invokeExact(STATE, fd));
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    static int epollCreate() {
        try {
            return (int) result((int) EPOLL_CREATE1.invokeExact(STATE, 0));
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    static int epollCtl(int epoll, int operation, int fd, MemorySegment event) {
        try {
            return (int) result((int) EPOLL_CTL.invokeExact(STATE, epoll, operation, fd, event));
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    static int epollWait(int epoll, MemorySegment events, int capacity, int timeoutMs) {
        try {
            return (int) result((int) EPOLL_WAIT.invokeExact(STATE, epoll, events, capacity, timeoutMs));
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    static long recv(int fd, MemorySegment buffer, long length) {
        try {
            return result((long) RECV.invokeExact(STATE, fd, buffer, length, 0));
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    static long send(int fd, MemorySegment buffer, long length, int flags) {
        try {
            return result((long) SEND.invokeExact(STATE, fd, buffer, length, flags));
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    static long recvfrom(int fd, MemorySegment buffer, long length, MemorySegment peer, MemorySegment peerLength) {
        try {
            return result((long) RECVFROM.invokeExact(STATE, fd, buffer, length, 0, peer, peerLength));
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    static long sendto(int fd, MemorySegment buffer, long length, MemorySegment peer, int peerLength) {
        try {
            return result((long) SENDTO.invokeExact(STATE, fd, buffer, length, 0, peer, peerLength));
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    static int gettid() {
        try {
            return (int) GETTID.invokeExact(STATE);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }
}
