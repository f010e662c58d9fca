package databridge.pyloop.runtime;

import java.util.HashMap;
import java.util.Map;
import org.graalvm.nativeimage.ImageInfo;
import org.graalvm.nativeimage.c.function.CEntryPointLiteral;
import org.graalvm.nativeimage.c.function.CFunctionPointer;

/// The guards of all [EntryPoint]s by name. The table is made when the library is built, from a list that the
/// build step writes.
public final class EntryTable {
    /// A line for each guard: the class, the method, and how many parameters it takes.
    private static final String LIST = "/META-INF/pyloop-entries";

    /// A guard, and the number of parameters of its entry point.
    private record Guard(CEntryPointLiteral<CFunctionPointer> function, int arity) {}

    private static final Map<String, Guard> GUARDS = new HashMap<>();

    static {
        if (ImageInfo.inImageBuildtimeCode()) {
            fill();
        }
    }

    private EntryTable() {}

    /// The address of the guard of an entry point, which C can call as long as the process lives.
    ///
    /// @param owner the class that declares the entry point
    /// @param arity how many parameters the entry point has
    /// @throws LinkageError if it declares none of that name and arity
    public static long address(Class<?> owner, String method, int arity) {
        Guard guard = GUARDS.get(owner.getName() + "." + method);
        if (guard == null || guard.arity != arity) {
            throw new LinkageError("no entry point " + owner.getName() + "." + method + " of " + arity + " parameters");
        }
        return guard.function.getFunctionPointer().rawValue();
    }

    private static void fill() {
        for (String line : BuildList.read(LIST)) {
            String[] parts = line.split(" ");
            try {
                Class<?> owner = Class.forName(parts[0], false, EntryTable.class.getClassLoader());
                CEntryPointLiteral<CFunctionPointer> function = CEntryPointLiteral.create(
                        owner, parts[1] + "$guard", long.class, long.class, long.class, long.class);
                GUARDS.put(parts[0] + "." + parts[1], new Guard(function, Integer.parseInt(parts[2])));
            } catch (ClassNotFoundException stale) {
                throw new LinkageError("the list of entry points names a class that is not there", stale);
            }
        }
    }
}
