package databridge.pyloop.ffi;

/// A C function of the process, declared by its prototype and called with its integer and pointer arguments
/// as `long`s.
///
/// It belongs in a `static final` field: the object is a constant of the library, and only the address in it
/// is filled in when the library starts. A C `int` result fills half of the returned `long`: cast it. The
/// number of arguments must be that of the prototype. A plain call leaves no record on the stack, so the
/// collector runs only under the conditions of [Collector][databridge.pyloop.runtime.Collector]. A function
/// that may wait without the GIL is declared [#blocking].
public final class CFunction implements LateBound {
    private final String symbol;
    private final boolean blocking;
    private final boolean optional;
    private long address;

    private CFunction(String prototype, boolean blocking, boolean optional) {
        Prototype parsed = Prototype.parse(prototype);
        NativeCall.requireShape(parsed);
        symbol = parsed.symbol();
        this.blocking = blocking;
        this.optional = optional;
    }

    /// @param prototype the C declaration
    /// @throws LinkageError when the library starts, if the process has no such symbol
    public static CFunction of(String prototype) {
        return Bindings.addSymbol(new CFunction(prototype, false, false));
    }

    /// A function that may wait while another thread holds the GIL: the collector can then run in
    /// that thread.
    public static CFunction blocking(String prototype) {
        return Bindings.addSymbol(new CFunction(prototype, true, false));
    }

    /// A function that only some versions have, see [#isPresent].
    public static CFunction optional(String prototype) {
        return Bindings.addSymbol(new CFunction(prototype, false, true));
    }

    /// As [#blocking] and [#optional].
    static CFunction optionalBlocking(String prototype) {
        return Bindings.addSymbol(new CFunction(prototype, true, true));
    }

    /// A function without a symbol, known by its address: see [#bind(long)].
    public static CFunction unnamed(String prototype) {
        return new CFunction(prototype, false, true);
    }

    @Override
    public void bind() {
        address = optional ? NativeLinker.optionalSymbol(symbol) : NativeLinker.symbol(symbol);
    }

    /// Sets the address of an [#unnamed] function, for example one from a method descriptor.
    public void bind(long known) {
        address = known;
    }

    /// The function's name.
    String symbol() {
        return symbol;
    }

    /// Whether the process has the function.
    public boolean isPresent() {
        return address != 0;
    }

    /// Calls a function without parameters. Any thread that the function allows.
    ///
    /// @return the result; a C `int` is in the lower half, and a `void` function returns no meaningful value
    public long call() {
        return call(0, 0, 0, 0);
    }

    /// Calls a function of one integer or pointer parameter.
    public long call(long a) {
        return call(a, 0, 0, 0);
    }

    /// Calls a function of two parameters.
    public long call(long a, long b) {
        return call(a, b, 0, 0);
    }

    /// Calls a function of three parameters.
    public long call(long a, long b, long c) {
        return call(a, b, c, 0);
    }

    /// Calls a function of four parameters.
    public long call(long a, long b, long c, long d) {
        long result = blocking ? NativeCall.blocking(address, a, b, c, d) : NativeCall.call(address, a, b, c, d);
        FaultInjection.returned();
        return result;
    }

    /// Calls a function of five parameters.
    public long call(long a, long b, long c, long d, long e) {
        return call(a, b, c, d, e, 0);
    }

    /// Calls a function of six parameters.
    public long call(long a, long b, long c, long d, long e, long f) {
        long result =
                blocking ? NativeCall.blocking(address, a, b, c, d, e, f) : NativeCall.call(address, a, b, c, d, e, f);
        FaultInjection.returned();
        return result;
    }

    /// Calls a function of one `double`.
    public long call(double a) {
        long result = NativeCall.call(address, a);
        FaultInjection.returned();
        return result;
    }
}
