package databridge.pyloop.cpython;

import static databridge.pyloop.cpython.DescriptorLayout.METH_FASTCALL;
import static databridge.pyloop.cpython.DescriptorLayout.METH_KEYWORDS;
import static databridge.pyloop.cpython.DescriptorLayout.METH_NOARGS;
import static databridge.pyloop.cpython.DescriptorLayout.METH_O;

/// How CPython passes arguments to a method or to a function of a module; there the first is the module.
public enum CallingConvention {
    /// `(self)`
    NO_ARGUMENTS(METH_NOARGS, 1),
    /// `(self, argument)`
    ONE_ARGUMENT(METH_O, 2),
    /// `(self, arguments, count, names of the keyword arguments that follow or NULL)`
    FASTCALL_KEYWORDS(METH_FASTCALL | METH_KEYWORDS, 4);

    private final int flags;
    private final int arity;

    CallingConvention(int flags, int arity) {
        this.flags = flags;
        this.arity = arity;
    }

    int flags() {
        return flags;
    }

    /// How many parameters the Java method has.
    int arity() {
        return arity;
    }
}
