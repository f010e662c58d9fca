package databridge.pyloop.ffi;

/// A C function of the process, declared by its prototype and called with its integer and pointer arguments as
/// `long`s.
///
/// Belongs in a `static final` field: the object is a constant of the library, and only the address in it is filled in
/// when the library starts. A C `int` result fills half of the returned `long`: cast it. The number of arguments must
/// be the prototype's. A call leaves no trace of itself on the stack for the collector to follow, which is why the
/// collector runs under the conditions of [Collector] alone; a function that may wait without the GIL is declared
/// [#blocking].
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

    /// A function that may wait while another thread holds the GIL: the collector can then run beside it.
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

    /// Sets the address of an [#unnamed] function, such as one taken from a method descriptor.
    public void bind(long known) {
        address = known;
    }

    /// Whether the process has the function.
    public boolean isPresent() {
        return address != 0;
    }

    public long call() {
        return call(0, 0, 0, 0);
    }

    public long call(long a) {
        return call(a, 0, 0, 0);
    }

    public long call(long a, long b) {
        return call(a, b, 0, 0);
    }

    public long call(long a, long b, long c) {
        return call(a, b, c, 0);
    }

    public long call(long a, long b, long c, long d) {
        long result = blocking ? NativeCall.blocking(address, a, b, c, d) : NativeCall.call(address, a, b, c, d);
        FaultInjection.returned();
        return result;
    }

    public long call(long a, long b, long c, long d, long e) {
        long result =
                blocking ? NativeCall.blocking(address, a, b, c, d, e, 0) : NativeCall.call(address, a, b, c, d, e, 0);
        FaultInjection.returned();
        return result;
    }

    /// For functions of one `double`.
    public long call(double a) {
        long result = NativeCall.call(address, a);
        FaultInjection.returned();
        return result;
    }
}
