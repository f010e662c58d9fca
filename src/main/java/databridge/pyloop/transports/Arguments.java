package databridge.pyloop.transports;

import databridge.pyloop.cpython.Borrowed;
import databridge.pyloop.cpython.CallApi;
import databridge.pyloop.cpython.ErrorApi;
import databridge.pyloop.cpython.PyError;
import databridge.pyloop.cpython.PyName;
import databridge.pyloop.cpython.Refs;
import databridge.pyloop.cpython.Singletons;
import databridge.pyloop.cpython.TupleApi;
import databridge.pyloop.cpython.UnicodeApi;
import databridge.pyloop.ffi.Memory;
import databridge.pyloop.ffi.StaticText;
import org.jspecify.annotations.Nullable;

/// The argument of methods that take one, by position or by name.
public final class Arguments {
    private Arguments() {}

    /// A method's parameter.
    ///
    /// @param asyncioMethod the name under which asyncio's own method is found
    public record Parameter(PyName asyncioMethod, StaticText ascii) {
        /// @param asyncioMethod the name of asyncio's own method
        /// @param name of the parameter
        public Parameter(String asyncioMethod, String name) {
            this(PyName.of(asyncioMethod), StaticText.of(name));
        }
    }

    /// Checks for `_attach` that a transport has no engine yet.
    ///
    /// @param engine the Java half of a transport, null if it has none
    /// @throws PyError RuntimeError if it has one
    static void requireDetached(@Nullable Object engine) {
        if (engine != null) {
            throw ErrorApi.raise(Singletons.RUNTIME_ERROR, "the transport is attached to a loop already");
        }
    }

    /// Returns the one argument of a call.
    ///
    /// @param arguments as a vectorcall has them: a C array of `count` objects, then one for each name
    ///     in `keywords`
    /// @throws PyError if there is not exactly this argument: the TypeError that asyncio's own method raises
    @Borrowed
    public static long only(Parameter parameter, long self, long arguments, long count, long keywords) {
        if (count == 1 && keywords == 0) {
            return Memory.getLong(arguments);
        }
        boolean named = count == 0
                && keywords != 0
                && TupleApi.size(keywords) == 1
                && UnicodeApi.equalsAscii(TupleApi.item(keywords, 0), parameter.ascii.address());
        if (named) {
            return Memory.getLong(arguments);
        }
        Refs.release(PyError.orThrow(CallApi.forward(parameter.asyncioMethod, self, arguments, count, keywords)));
        throw ErrorApi.raise(Singletons.TYPE_ERROR, "exactly one argument is required");
    }
}
