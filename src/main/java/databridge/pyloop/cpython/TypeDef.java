package databridge.pyloop.cpython;

import databridge.pyloop.ffi.CFunction;
import databridge.pyloop.ffi.CStruct;
import databridge.pyloop.ffi.Memory;
import databridge.pyloop.runtime.EntryTable;
import java.util.ArrayList;
import java.util.List;

/// A Python type declared in Java: a heap type whose methods are entry points and whose memory C manages.
///
/// The C functions of the base class traverse, clear and free the instances. They know the object fields,
/// because those are declared as members. So no garbage collection, no deallocation and no forked child ever
/// enters Java.
public final class TypeDef {
    /// One `PyGetSetDef`.
    private record Property(String name, long getter, long setter, String doc) {}

    /// One `PyMemberDef`; a hidden one is not an attribute of the type.
    private record Member(String name, int type, long offset, boolean hidden) {}

    private static final int TP_DOC = 56;
    private static final int TP_METHODS = 64;
    private static final int TP_MEMBERS = 72;
    private static final int TP_GETSET = 73;
    private static final int TPFLAGS_BASETYPE = 1 << 10;
    private static final int TPFLAGS_DEFAULT = 1 << 18; // HAVE_VERSION_TAG, all of Py_TPFLAGS_DEFAULT up to 3.14

    private static final CStruct TYPE_SPEC = CStruct.of("struct PyType_Spec { const char *name; int basicsize;"
            + " int itemsize; unsigned int flags; PyType_Slot *slots; }");
    private static final CStruct TYPE_SLOT = CStruct.of("struct PyType_Slot { int slot; void *pfunc; }");
    private static final CFunction FROM_SPEC_WITH_BASES =
            CFunction.of("PyObject *PyType_FromSpecWithBases(PyType_Spec *spec, PyObject *bases)");

    private final String name;
    private final String doc;
    private final List<MethodDef> methods = new ArrayList<>();
    private final List<Property> properties = new ArrayList<>();
    private final List<Member> members = new ArrayList<>();
    private Class<?> implementation;

    private TypeDef(Class<?> implementation, String name, String doc) {
        this.implementation = implementation;
        this.name = name;
        this.doc = doc;
    }

    /// Begins the declaration of a type.
    ///
    /// @param implementation the class whose static methods implement the type, each of them
    ///     an [EntryPoint][databridge.pyloop.runtime.EntryPoint]
    /// @param name the qualified name, `package.module.Class`
    /// @param doc the docstring
    public static TypeDef named(Class<?> implementation, String name, String doc) {
        return new TypeDef(implementation, name, doc);
    }

    /// Sets the class that implements the methods and properties that are declared from here on.
    public TypeDef implementedBy(Class<?> other) {
        implementation = other;
        return this;
    }

    /// Declares a method.
    ///
    /// @param signature the method's name and parameters as `inspect.signature` shows them:
    ///     `"stop($self, /)"`
    /// @param target the name of the static Java method
    public TypeDef method(String signature, CallingConvention convention, String target, String methodDoc) {
        methods.add(MethodDef.of(signature, convention, implementation, target, methodDoc));
        return this;
    }

    /// Declares an attribute that Java code computes.
    ///
    /// @param getter the name of the static Java method `long getter(long self)`
    /// @param setter the name of the static Java method `long setter(long self, long value)`, which returns 0
    ///     or -1; its value is 0 if the attribute is to be deleted
    public TypeDef property(String property, String getter, String setter, String propertyDoc) {
        properties.add(new Property(
                property,
                EntryTable.address(implementation, getter, 1),
                EntryTable.address(implementation, setter, 2),
                propertyDoc));
        return this;
    }

    /// A C field of one byte, 0 or 1, that Python sees as a `bool` attribute.
    public TypeDef boolMember(String member, long offset) {
        members.add(new Member(member, DescriptorLayout.T_BOOL, offset, false));
        return this;
    }

    /// A C field of type `int`.
    public TypeDef intMember(String member, long offset) {
        members.add(new Member(member, DescriptorLayout.T_INT, offset, false));
        return this;
    }

    /// A C field that owns a reference or is NULL, and that Python code can set to any object or delete.
    public TypeDef objectMember(String member, long offset) {
        members.add(new Member(member, DescriptorLayout.T_OBJECT_EX, offset, false));
        return this;
    }

    /// A C field that owns a reference or is NULL. The garbage collector knows it, Python code does not see
    /// it: for objects that are used without a check of their type.
    public TypeDef hiddenMember(String member, long offset) {
        members.add(new Member(member, DescriptorLayout.T_OBJECT_EX, offset, true));
        return this;
    }

    /// Creates the type. C keeps pointers to what is allocated here, so it is never freed.
    ///
    /// @param base its one base class, which must be garbage-collected
    /// @param basicSize the size of an instance in bytes
    @Owned
    public long build(long base, long basicSize) {
        long slots = Memory.allocate(5 * TYPE_SLOT.size());
        putSlot(slots, 0, TP_DOC, Memory.cString(doc));
        putSlot(slots, 1, TP_METHODS, MethodDef.table(methods));
        putSlot(slots, 2, TP_MEMBERS, memberTable());
        putSlot(slots, 3, TP_GETSET, propertyTable());
        long spec = Memory.allocate(TYPE_SPEC.size());
        Memory.putLong(spec + TYPE_SPEC.offset("name"), Memory.cString(name));
        Memory.putInt(spec + TYPE_SPEC.offset("basicsize"), (int) basicSize);
        Memory.putInt(spec + TYPE_SPEC.offset("flags"), TPFLAGS_DEFAULT | TPFLAGS_BASETYPE);
        Memory.putLong(spec + TYPE_SPEC.offset("slots"), slots);
        long only = Memory.allocate(Long.BYTES);
        Memory.putLong(only, base);
        long bases = TupleApi.fromArray(only, 1);
        Memory.free(only);
        long type = FROM_SPEC_WITH_BASES.call(spec, bases);
        Refs.release(bases);
        PyError.orThrow(type);
        for (Member member : members) {
            if (member.hidden) {
                ObjectApi.deleteAttribute(type, UnicodeApi.interned(member.name));
            }
        }
        return type;
    }

    private long memberTable() {
        CStruct def = DescriptorLayout.MEMBER_DEF;
        long table = Memory.allocate((members.size() + 1) * def.size());
        for (int i = 0; i < members.size(); i++) {
            Member member = members.get(i);
            long at = table + i * def.size();
            Memory.putLong(at + DescriptorLayout.MEMBER_NAME, Memory.cString(member.name));
            Memory.putInt(at + DescriptorLayout.MEMBER_TYPE, member.type);
            Memory.putLong(at + DescriptorLayout.MEMBER_OFFSET, member.offset);
        }
        return table;
    }

    private long propertyTable() {
        CStruct def = DescriptorLayout.GETSET_DEF;
        long table = Memory.allocate((properties.size() + 1) * def.size());
        for (int i = 0; i < properties.size(); i++) {
            Property property = properties.get(i);
            long at = table + i * def.size();
            Memory.putLong(at + DescriptorLayout.GETSET_NAME, Memory.cString(property.name));
            Memory.putLong(at + DescriptorLayout.GETSET_GET, property.getter);
            Memory.putLong(at + DescriptorLayout.GETSET_SET, property.setter);
            Memory.putLong(at + DescriptorLayout.GETSET_DOC, Memory.cString(property.doc));
        }
        return table;
    }

    private static void putSlot(long slots, int index, int slot, long value) {
        Memory.putInt(slots + index * TYPE_SLOT.size() + TYPE_SLOT.offset("slot"), slot);
        Memory.putLong(slots + index * TYPE_SLOT.size() + TYPE_SLOT.offset("pfunc"), value);
    }
}
