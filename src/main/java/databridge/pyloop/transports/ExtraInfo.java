package databridge.pyloop.transports;

import static databridge.pyloop.cpython.CallingConvention.FASTCALL_KEYWORDS;
import static databridge.pyloop.cpython.Singletons.NONE;

import databridge.pyloop.cpython.CallApi;
import databridge.pyloop.cpython.DescriptorLayout;
import databridge.pyloop.cpython.DictApi;
import databridge.pyloop.cpython.ImportApi;
import databridge.pyloop.cpython.ObjectApi;
import databridge.pyloop.cpython.Owned;
import databridge.pyloop.cpython.PyError;
import databridge.pyloop.cpython.PyName;
import databridge.pyloop.cpython.Refs;
import databridge.pyloop.cpython.Singletons;
import databridge.pyloop.cpython.TypeDef;
import databridge.pyloop.cpython.UnicodeApi;
import databridge.pyloop.cpython.WatchedMethod;
import databridge.pyloop.ffi.Memory;
import databridge.pyloop.ffi.StaticText;
import databridge.pyloop.runtime.EntryPoint;

/// `get_extra_info()` of stream transports. In the loop's thread.
///
/// Some HTTP clients call it many times for each request, so it is as short as it can be.
final class ExtraInfo {
    private static final PyName SLOWLY = PyName.of("_extra_info");
    private static final PyName SOCKET = PyName.of("socket");
    private static final StaticText SOCKET_TEXT = StaticText.of("socket");

    /// Test suites replace it and look at how it was called.
    private static final WatchedMethod METHOD = new WatchedMethod(PyName.of("get_extra_info"));

    /// Where a transport has its dict of information, NULL until that is made. A slot of `asyncio.BaseTransport`.
    private static long EXTRA;

    private ExtraInfo() {}

    static void bind() {
        long base = ImportApi.attribute("asyncio.transports", "BaseTransport");
        EXTRA = DescriptorLayout.memberOffset(base, "_extra");
        long neighbour = ObjectApi.getAttribute(base, UnicodeApi.interned("is_closing"));
        METHOD.bind(ImportApi.attribute("asyncio.transports", "Transport"), neighbour);
        Refs.release(neighbour);
        Refs.release(base);
    }

    /// Declares the method.
    ///
    /// @param type whose further methods `implementation` implements
    static void declare(TypeDef type, Class<?> implementation) {
        type.implementedBy(ExtraInfo.class)
                .method(
                        "get_extra_info($self, name, default=None)",
                        FASTCALL_KEYWORDS,
                        "get",
                        "Return information about the transport or its socket, default if there is none of that name.")
                .implementedBy(implementation);
    }

    @EntryPoint
    @Owned
    static long get(long self, long arguments, long count, long keywords) {
        long extra = Memory.getLong(self + EXTRA);
        boolean usual = keywords == 0
                && (count == 1 || count == 2)
                && extra != 0
                && METHOD.isOriginal()
                && ObjectApi.typeOf(extra) == Singletons.DICT_TYPE
                && UnicodeApi.isExact(Memory.getLong(arguments));
        if (!usual) {
            return PyError.orThrow(CallApi.forward(SLOWLY, self, arguments, count, keywords));
        }
        long name = Memory.getLong(arguments);
        if (name == SOCKET.object() || UnicodeApi.equalsAscii(name, SOCKET_TEXT.address())) {
            StreamEngine stream = StreamEngine.of(self);
            if (stream != null) {
                stream.flushBatch(); // the caller may use the socket itself, after what was written
                extra = Memory.getLong(self + EXTRA);
                if (extra == 0 || ObjectApi.typeOf(extra) != Singletons.DICT_TYPE) { // sending has run Python code
                    return PyError.orThrow(CallApi.forward(SLOWLY, self, arguments, count, keywords));
                }
            }
        }
        long value = DictApi.find(extra, name);
        if (value == 0) {
            value = count == 2 ? Memory.getLong(arguments + Long.BYTES) : NONE;
        }
        return Refs.retain(value);
    }
}
