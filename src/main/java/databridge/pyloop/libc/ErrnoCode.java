package databridge.pyloop.libc;

/// `<errno.h>`: the codes that are handled rather than reported.
public final class ErrnoCode {
    public static final int EPERM = 1;
    public static final int ENOENT = 2;
    public static final int EINTR = 4;
    public static final int EBADF = 9;
    public static final int EAGAIN = 11;
    public static final int EEXIST = 17;
    public static final int EINVAL = 22;
    public static final int ENOSYS = 38;
    public static final int ENOTSOCK = 88;
    public static final int ECONNABORTED = 103;

    private ErrnoCode() {}
}
