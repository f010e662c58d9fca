package databridge.pyloop.tls;

import static databridge.pyloop.cpython.CallingConvention.FASTCALL_KEYWORDS;
import static databridge.pyloop.cpython.CallingConvention.NO_ARGUMENTS;
import static databridge.pyloop.cpython.Singletons.NONE;

import databridge.pyloop.cpython.Borrowed;
import databridge.pyloop.cpython.BufferApi;
import databridge.pyloop.cpython.BytesApi;
import databridge.pyloop.cpython.CallApi;
import databridge.pyloop.cpython.ErrorApi;
import databridge.pyloop.cpython.ObjectApi;
import databridge.pyloop.cpython.Owned;
import databridge.pyloop.cpython.PyError;
import databridge.pyloop.cpython.PyName;
import databridge.pyloop.cpython.Refs;
import databridge.pyloop.cpython.Singletons;
import databridge.pyloop.cpython.TypeDef;
import databridge.pyloop.ffi.Memory;
import databridge.pyloop.ffi.ReusableBlock;
import databridge.pyloop.loop.LoopEngine;
import databridge.pyloop.runtime.EntryPoint;
import databridge.pyloop.transports.Arguments;
import databridge.pyloop.transports.FlowControl;

/// `TlsTransportCore`: what programs call for every message on the transport that they see above TLS. It is in front of
/// asyncio's own class, `_SSLProtocolTransport`.
public final class TlsTransportType {
    private static final PyName ASYNCIO_WRITE = PyName.of("_asyncio_write");
    private static final PyName ASYNCIO_IS_CLOSING = PyName.of("_asyncio_is_closing");
    private static final PyName ASYNCIO_RESUME_READING = PyName.of("_asyncio_resume_reading");
    private static final Arguments.Parameter DATA = new Arguments.Parameter("_asyncio_write", "data");

    private static long SSL_PROTOCOL;
    private static long CLOSED;
    private static long TYPE;

    private TlsTransportType() {}

    static void bind() {
        SSL_PROTOCOL = FlowControl.end();
        CLOSED = SSL_PROTOCOL + Long.BYTES;
        TYPE = TypeDef.named(
                        TlsTransportType.class,
                        "data_bridge.pyloop.TlsTransportCore",
                        "The engine of the transport above TLS.")
                .objectMember("_ssl_protocol", SSL_PROTOCOL)
                .boolMember("_closed", CLOSED)
                .method(
                        "is_closing($self, /)",
                        NO_ARGUMENTS,
                        "isClosing",
                        "Return True if the transport is closing or closed.")
                .method("resume_reading($self, /)", NO_ARGUMENTS, "resumeReading", "Resume the receiving end.")
                .method("write($self, data)", FASTCALL_KEYWORDS, "write", "Write bytes-like data, without blocking.")
                .build(FlowControl.type(), SSL_PROTOCOL + 2L * Long.BYTES);
    }

    /// The type object. Borrowed.
    @Borrowed
    public static long type() {
        return TYPE;
    }

    @EntryPoint
    @Owned
    static long write(long self, long arguments, long count, long keywords) {
        long data = Arguments.only(DATA, self, arguments, count, keywords);
        long protocol = Memory.getLong(self + SSL_PROTOCOL);
        LoopEngine engine =
                protocol != 0 && ObjectApi.isInstance(protocol, TlsType.type()) && TlsLayout.isWrapped(protocol)
                        ? TlsLayout.engine(protocol)
                        : null;
        if (engine == null || !BytesApi.isLike(data)) {
            return PyError.orThrow(CallApi.callMethod(ASYNCIO_WRITE, self, data));
        }
        Refs.retain(protocol);
        try {
            if (BytesApi.isExact(data)) {
                if (BytesApi.size(data) > 0) {
                    TlsWriting.write(engine, protocol, data, BytesApi.data(data), BytesApi.size(data));
                }
                return Refs.retain(NONE);
            }
            return writeBuffer(engine, self, protocol, data);
        } finally {
            Refs.release(protocol);
        }
    }

    /// `is_closing()`. The transport below first sends what it holds back, since asyncio's code may not ask it: not all
    /// versions do, but where that transport is open as well, all return False.
    @EntryPoint
    @Owned
    static long isClosing(long self) {
        boolean open = false;
        long protocol = Memory.getLong(self + SSL_PROTOCOL);
        if (protocol != 0 && ObjectApi.isInstance(protocol, TlsType.type())) {
            long transport = Refs.retainField(protocol + TlsLayout.TRANSPORT);
            try {
                open = LowerTransport.isOpen(transport);
            } finally {
                Refs.release(transport);
            }
        }
        return open && Memory.getByte(self + CLOSED) == 0
                ? Refs.retain(Singletons.FALSE)
                : PyError.orThrow(CallApi.callMethod(ASYNCIO_IS_CLOSING, self));
    }

    /// `resume_reading()`. HTTP clients call it for each response, whether they have paused or not.
    @EntryPoint
    @Owned
    static long resumeReading(long self) {
        long protocol = Memory.getLong(self + SSL_PROTOCOL);
        return protocol != 0 && ObjectApi.isInstance(protocol, TlsType.type()) && !TlsLayout.isReadingPaused(protocol)
                ? Refs.retain(NONE)
                : PyError.orThrow(CallApi.callMethod(ASYNCIO_RESUME_READING, self));
    }

    private static long writeBuffer(LoopEngine engine, long self, long protocol, long data) {
        if (ObjectApi.length(data) == 0) { // Python code, if the class overrides it
            return Refs.retain(NONE);
        }
        ReusableBlock views = engine.scratch().view();
        long view = views.take(BufferApi.VIEW_SIZE);
        try {
            try {
                BufferApi.open(view, data);
            } catch (PyError notContiguous) {
                ErrorApi.clear();
                return PyError.orThrow(CallApi.callMethod(ASYNCIO_WRITE, self, data));
            }
            try {
                if (BufferApi.size(view) > 0 && TlsLayout.isWrapped(protocol)) {
                    TlsWriting.write(engine, protocol, 0, BufferApi.data(view), BufferApi.size(view));
                }
            } finally {
                BufferApi.release(view);
            }
        } finally {
            views.giveBack(view);
        }
        return Refs.retain(NONE);
    }
}
