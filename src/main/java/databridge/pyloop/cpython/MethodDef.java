package databridge.pyloop.cpython;

import databridge.pyloop.ffi.Memory;
import databridge.pyloop.runtime.EntryTable;
import java.util.List;

/// A method of a type or a function of a module: one `PyMethodDef`.
///
/// @param name as Python looks it up
/// @param flags how it takes its arguments, `METH_...`
/// @param function the address of the entry point
/// @param doc the docstring, with the signature before it in CPython's form
record MethodDef(String name, int flags, long function, String doc) {
    /// Describes a method whose function is an entry point.
    ///
    /// @param signature name and parameters as `inspect.signature` shows them: `"stop($self, /)"`
    /// @param implementation the class that declares the entry point
    /// @param target the name of the entry point
    static MethodDef of(
            String signature, CallingConvention convention, Class<?> implementation, String target, String doc) {
        String name = signature.substring(0, signature.indexOf('('));
        long function = EntryTable.address(implementation, target, convention.arity());
        return new MethodDef(name, convention.flags(), function, signature + "\n--\n\n" + doc);
    }

    /// The array of them that C expects, with an empty one at its end. C keeps pointers to all of it, so it
    /// is never freed.
    static long table(List<MethodDef> methods) {
        long size = DescriptorLayout.METHOD_DEF.size();
        long table = Memory.allocate((methods.size() + 1) * size);
        for (int i = 0; i < methods.size(); i++) {
            methods.get(i).put(table + i * size);
        }
        return table;
    }

    private void put(long at) {
        Memory.putLong(at + DescriptorLayout.ML_NAME, Memory.cString(name));
        Memory.putLong(at + DescriptorLayout.ML_METH, function);
        Memory.putInt(at + DescriptorLayout.ML_FLAGS, flags);
        Memory.putLong(at + DescriptorLayout.ML_DOC, Memory.cString(doc));
    }
}
