package databridge.pyloop.transports;

import databridge.pyloop.cpython.Borrowed;
import databridge.pyloop.cpython.ErrorApi;
import databridge.pyloop.cpython.Singletons;
import databridge.pyloop.cpython.TupleApi;
import databridge.pyloop.cpython.UnicodeApi;
import databridge.pyloop.ffi.Memory;

/// The argument of methods that take one, by position or by name.
final class Arguments {
    private Arguments() {}

    /// A method and its parameter.
    record Name(String method, String parameter, long ascii) {
        Name(String method, String parameter) {
            this(method, parameter, Memory.cString(parameter));
        }
    }

    /// @param arguments as a vectorcall has them: a C array of `count` objects, then those `keywords` names
    /// @throws databridge.pyloop.cpython.PyError TypeError if it is not this one argument
    @Borrowed
    static long only(Name name, long arguments, long count, long keywords) {
        if (count == 1 && keywords == 0) {
            return Memory.getLong(arguments);
        }
        boolean named = count == 0
                && keywords != 0
                && TupleApi.size(keywords) == 1
                && UnicodeApi.equalsAscii(TupleApi.item(keywords, 0), name.ascii);
        if (!named) {
            throw ErrorApi.raise(
                    Singletons.TYPE_ERROR,
                    name.method + "() takes exactly one argument, '" + name.parameter + "', by position or by name");
        }
        return Memory.getLong(arguments);
    }
}
