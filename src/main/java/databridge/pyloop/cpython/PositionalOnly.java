package databridge.pyloop.cpython;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;

/// Refuses a wrong number of arguments for methods whose parameters are positional-only.
///
/// C passes an array as long as what the caller wrote, so a method that reads what its signature promises would
/// otherwise read beyond it.
final class PositionalOnly {
    private static final String END = ", /";

    private PositionalOnly() {}

    /// @param target a method of kind [TypeDef.Kind#FASTCALL_KEYWORDS]
    /// @param signature as [TypeDef#method] has it
    /// @return the target behind a check; the target itself if its signature allows other parameters, which it then
    ///     checks
    static MethodHandle guard(MethodHandle target, String signature) {
        int end = signature.indexOf(END);
        if (end < 0) {
            return target;
        }
        int open = signature.indexOf('(');
        String name = signature.substring(0, open);
        int least = signature.substring(open, end).split(", ").length - 1; // all but self
        boolean more = signature.startsWith(", *args", end + END.length());
        MethodHandle check = MethodHandles.insertArguments(checker(), 0, name, least, more);
        MethodHandle ofCall = MethodHandles.dropArguments(check, 0, long.class, long.class); // self and the array
        return MethodHandles.foldArguments(target, ofCall);
    }

    @SuppressWarnings("UnusedMethod") // found by name
    private static void check(String name, int least, boolean more, long count, long keywords) {
        if (keywords != 0 && TupleApi.size(keywords) > 0) {
            throw ErrorApi.raise(Singletons.TYPE_ERROR, name + "() takes no keyword arguments");
        }
        if (count < least || (count > least && !more)) {
            String expected = (more ? "at least " : "") + least + " argument" + (least == 1 ? "" : "s");
            throw ErrorApi.raise(Singletons.TYPE_ERROR, name + " expected " + expected + ", got " + count);
        }
    }

    private static MethodHandle checker() {
        MethodType type =
                MethodType.methodType(void.class, String.class, int.class, boolean.class, long.class, long.class);
        try {
            return MethodHandles.lookup().findStatic(PositionalOnly.class, "check", type);
        } catch (ReflectiveOperationException impossible) {
            throw new LinkageError("check", impossible);
        }
    }
}
