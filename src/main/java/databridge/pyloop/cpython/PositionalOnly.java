package databridge.pyloop.cpython;

/// Refuses a wrong number of arguments for methods whose parameters are positional-only. With the GIL.
///
/// C passes an array as long as what the caller wrote, so a method that reads what its signature promises would
/// otherwise read beyond it. Such methods call this before anything else.
public final class PositionalOnly {
    private PositionalOnly() {}

    /// For a method of exactly that many parameters.
    ///
    /// @param method the name as messages have it
    /// @param count how many positional arguments there are
    /// @param keywords a tuple with the names of keyword arguments, or NULL
    /// @throws PyError TypeError
    public static void require(String method, int expected, long count, long keywords) {
        if (count != expected || keywords != 0) {
            refuse(method, expected, count, keywords, "");
        }
    }

    /// For a method of that many parameters or more.
    ///
    /// @throws PyError TypeError
    public static void requireAtLeast(String method, int expected, long count, long keywords) {
        if (count < expected || keywords != 0) {
            refuse(method, expected, count, keywords, "at least ");
        }
    }

    private static void refuse(String method, int expected, long count, long keywords, String bound) {
        if (keywords != 0 && TupleApi.size(keywords) > 0) {
            throw ErrorApi.raise(Singletons.TYPE_ERROR, method + "() takes no keyword arguments");
        }
        boolean enough = bound.isEmpty() ? count == expected : count >= expected;
        if (!enough) {
            String arguments = bound + expected + " argument" + (expected == 1 ? "" : "s");
            throw ErrorApi.raise(Singletons.TYPE_ERROR, method + " expected " + arguments + ", got " + count);
        }
    }
}
