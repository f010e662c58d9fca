package databridge.pyloop.cpython;

/// Refuses a wrong number of arguments for methods whose parameters are positional-only. With the GIL.
///
/// The array that C passes is as long as the call has arguments, whatever the signature says. Without the
/// check a method could read beyond it. So such methods call this before anything else.
public final class PositionalOnly {
    private PositionalOnly() {}

    /// Checks the arguments of a method that has exactly `expected` parameters.
    ///
    /// @param method the name for the message
    /// @param count how many positional arguments there are
    /// @param keywords a tuple with the names of keyword arguments, or NULL
    /// @throws PyError TypeError
    public static void require(String method, int expected, long count, long keywords) {
        if (count != expected || keywords != 0) {
            refuse(method, expected, count, keywords, "");
        }
    }

    /// Checks the arguments of a method that has `expected` parameters or more, see [#require].
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
