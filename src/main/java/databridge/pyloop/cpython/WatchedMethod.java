package databridge.pyloop.cpython;

import databridge.pyloop.runtime.Inlined;
import databridge.pyloop.runtime.NotInlined;

/// A method of a Python class that the engine replaces by code of its own, as long as no program has
/// replaced the method in the class: tests and monitors do that, at any time. With the GIL.
///
/// The version of a type is a number that no other type has, and that changes with every change of
/// the type or of one of its bases. So the method has to be looked up only when the version is not
/// the one it was found under, and to know that takes one load and one comparison.
public final class WatchedMethod {
    private static final PyName CODE = PyName.of("__code__");
    private static final PyName FILE_NAME = PyName.of("co_filename");
    private static final PyName CODE_NAME = PyName.of("co_name");
    private static final int UNKNOWN = -1;

    private final PyName name;
    private long type;
    private long file;
    private int version;

    /// @param name of the method
    public WatchedMethod(PyName name) {
        this.name = name;
    }

    /// Sets the class. The method is the original one if it is a function of that name from the same
    /// file as `neighbour`.
    ///
    /// @param watched the class, which lives as long as the interpreter
    /// @param neighbour a Python function that nobody replaces
    public void bind(long watched, long neighbour) {
        type = watched;
        file = ofCode(neighbour, FILE_NAME);
        version = UNKNOWN;
    }

    /// Whether the class has the original method.
    @Inlined
    public boolean isOriginal() {
        return TypeApi.version(type) == version || lookUp();
    }

    @NotInlined
    private boolean lookUp() {
        long function = 0;
        try {
            function = ObjectApi.getAttribute(type, name.object());
            boolean original = ObjectApi.typeOf(function) == Singletons.FUNCTION_TYPE
                    && codeHas(function, FILE_NAME, file)
                    && codeHas(function, CODE_NAME, name.object());
            int found = TypeApi.version(type); // the look-up has made it valid
            version = original && found != 0 ? found : UNKNOWN;
            return original;
        } catch (PyError failed) {
            ErrorApi.clear(); // the call of the method raises it
            return false;
        } finally {
            Refs.releaseIfAny(function);
        }
    }

    private static boolean codeHas(long function, PyName attribute, long value) {
        long found = ofCode(function, attribute);
        try {
            return ObjectApi.equal(found, value);
        } finally {
            Refs.release(found);
        }
    }

    @Owned
    private static long ofCode(long function, PyName attribute) {
        long code = ObjectApi.getAttribute(function, CODE.object());
        try {
            return ObjectApi.getAttribute(code, attribute.object());
        } finally {
            Refs.release(code);
        }
    }
}
