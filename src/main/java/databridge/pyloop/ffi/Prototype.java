package databridge.pyloop.ffi;

import java.util.ArrayList;
import java.util.List;

/// A C function's declaration, taken apart: `"int epoll_ctl(int epfd, int op, int fd, struct epoll_event *event)"`.
///
/// The text is what a header says, so a reader can compare it and a test can look it up there. Only what calling
/// needs is kept: the symbol and whether each value travels in an integer or in a floating-point register.
///
/// @param symbol the function's name
/// @param returnsDouble whether the result is a `double`; otherwise it is an integer, a pointer or nothing
/// @param doubleParameters for each parameter, whether it is a `double`
record Prototype(String symbol, boolean returnsDouble, List<Boolean> doubleParameters) {
    /// @throws IllegalArgumentException if the text is no prototype, is variadic, or uses `float`, which is
    ///     promoted differently
    static Prototype parse(String text) {
        int open = text.indexOf('(');
        int close = text.lastIndexOf(')');
        if (open < 0 || close < open || text.contains("...") || text.contains("float ")) {
            throw new IllegalArgumentException("not a prototype this binding can call: " + text);
        }
        String head = text.substring(0, open).strip();
        int nameStart = Math.max(head.lastIndexOf(' '), head.lastIndexOf('*')) + 1;
        boolean returnsDouble = head.substring(0, nameStart).strip().equals("double");
        List<Boolean> doubles = new ArrayList<>();
        String parameters = text.substring(open + 1, close).strip();
        if (!parameters.isEmpty() && !parameters.equals("void")) {
            for (String parameter : parameters.split(",", -1)) {
                doubles.add(parameter.contains("double") && !parameter.contains("*"));
            }
        }
        return new Prototype(head.substring(nameStart), returnsDouble, List.copyOf(doubles));
    }

    int arity() {
        return doubleParameters.size();
    }

    boolean usesDoubles() {
        return returnsDouble || doubleParameters.contains(true);
    }
}
