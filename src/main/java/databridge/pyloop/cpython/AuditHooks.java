package databridge.pyloop.cpython;

import databridge.pyloop.ffi.CFunction;
import databridge.pyloop.ffi.StaticText;

/// `sysmodule.h`: whether anything listens to audit events (PEP 578). With the GIL.
public final class AuditHooks {
    /// Variadic in C; its third argument is the object that the format names.
    private static final CFunction AUDIT =
            CFunction.of("int PySys_Audit(const char *event, const char *argFormat, PyObject *argument)");

    private static final StaticText EVENT = StaticText.of("data_bridge.pyloop.audit");
    private static final StaticText OBJECT = StaticText.of("O");

    private AuditHooks() {}

    /// Whether the process or its interpreter has a hook. Hooks are added at any time and never removed.
    ///
    /// No function of the C API reports that. But `PySys_Audit` makes the arguments of an event only if
    /// there is a hook, and before it calls one. So an argument that cannot be made is an error then, and
    /// no hook sees the event.
    public static boolean exist() {
        if ((int) AUDIT.call(EVENT.address(), OBJECT.address(), 0) == 0) {
            return false;
        }
        ErrorApi.clear();
        return true;
    }
}
