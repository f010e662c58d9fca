package databridge.pyloop.cpython;

import databridge.pyloop.ffi.CFunction;
import databridge.pyloop.ffi.CStruct;
import databridge.pyloop.ffi.Memory;
import databridge.pyloop.runtime.EntryTable;
import java.util.ArrayList;
import java.util.List;

/// A Python extension module declared in Java, initialised in the two phases of PEP 489. With the GIL.
public final class ModuleDef {
    /// One `PyModuleDef_Slot`.
    private record Slot(int number, long value) {}

    private static final CStruct DEF = CStruct.of("struct PyModuleDef { Py_ssize_t ob_refcnt; PyTypeObject *ob_type;"
            + " void *m_init; Py_ssize_t m_index; PyObject *m_copy; const char *m_name; const char *m_doc;"
            + " Py_ssize_t m_size; PyMethodDef *m_methods; PyModuleDef_Slot *m_slots; void *m_traverse; void *m_clear;"
            + " void *m_free; }");
    private static final CStruct SLOT = CStruct.of("struct PyModuleDef_Slot { int slot; void *value; }");
    private static final int MOD_EXEC = 2;
    private static final int MOD_MULTIPLE_INTERPRETERS = 3; // since 3.12
    private static final long MULTIPLE_INTERPRETERS_NOT_SUPPORTED = 0;

    private static final CFunction INIT = CFunction.of("PyObject *PyModuleDef_Init(PyModuleDef *def)");

    private final String name;
    private final String doc;
    private final List<MethodDef> functions = new ArrayList<>();
    private final List<Slot> slots = new ArrayList<>();

    private ModuleDef(String name, String doc) {
        this.name = name;
        this.doc = doc;
    }

    /// Begins the declaration of a module.
    ///
    /// @param name the qualified name, `package.module`
    /// @param doc the docstring
    public static ModuleDef named(String name, String doc) {
        return new ModuleDef(name, doc);
    }

    /// Declares the function that fills the module: `int execute(PyObject *module)`.
    public ModuleDef execute(Class<?> implementation, String target) {
        slots.add(new Slot(MOD_EXEC, EntryTable.address(implementation, target, 1)));
        return this;
    }

    /// Declares a function of the module.
    ///
    /// @param convention how it takes its arguments; the first that Java sees is the module
    public ModuleDef function(
            String signature,
            CallingConvention convention,
            Class<?> implementation,
            String target,
            String functionDoc) {
        functions.add(MethodDef.of(signature, convention, implementation, target, functionDoc));
        return this;
    }

    /// Builds the definition, which `PyInit_...` returns. C keeps pointers to it, so it is never freed.
    @Borrowed
    public long build() {
        if (Interpreter.versionAtLeast(0x030C0000)) {
            slots.add(new Slot(MOD_MULTIPLE_INTERPRETERS, MULTIPLE_INTERPRETERS_NOT_SUPPORTED));
        }
        long def = Memory.allocate(DEF.size());
        Memory.putLong(def + DEF.offset("ob_refcnt"), 1);
        Memory.putLong(def + DEF.offset("m_name"), Memory.cString(name));
        Memory.putLong(def + DEF.offset("m_doc"), Memory.cString(doc));
        Memory.putLong(def + DEF.offset("m_methods"), MethodDef.table(functions));
        Memory.putLong(def + DEF.offset("m_slots"), slotTable());
        return PyError.orThrow(INIT.call(def));
    }

    private long slotTable() {
        long table = Memory.allocate((slots.size() + 1) * SLOT.size());
        for (int i = 0; i < slots.size(); i++) {
            long at = table + i * SLOT.size();
            Memory.putInt(at + SLOT.offset("slot"), slots.get(i).number);
            Memory.putLong(at + SLOT.offset("value"), slots.get(i).value);
        }
        return table;
    }
}
