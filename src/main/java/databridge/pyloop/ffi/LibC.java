package databridge.pyloop.ffi;

import org.graalvm.nativeimage.IsolateThread;
import org.graalvm.nativeimage.c.function.CFunction;
import org.graalvm.nativeimage.c.function.CFunction.Transition;
import org.graalvm.nativeimage.c.function.CFunctionPointer;
import org.graalvm.nativeimage.c.type.CCharPointer;
import org.graalvm.nativeimage.c.type.CIntPointer;
import org.graalvm.word.PointerBase;

/// What the library links against by name, because it is called before any address is bound or where nothing else may
/// run. All else is found with [#dlsym].
public final class LibC {
    private LibC() {}

    @CFunction(value = "dlsym", transition = Transition.NO_TRANSITION)
    public static native PointerBase dlsym(PointerBase handle, CCharPointer name);

    @CFunction(value = "__errno_location", transition = Transition.NO_TRANSITION)
    public static native CIntPointer errnoLocation();

    @CFunction(value = "pthread_key_create", transition = Transition.NO_TRANSITION)
    public static native int keyCreate(PointerBase key, CFunctionPointer destructor);

    @CFunction(value = "pthread_key_delete", transition = Transition.NO_TRANSITION)
    public static native int keyDelete(int key);

    @CFunction(value = "pthread_getspecific", transition = Transition.NO_TRANSITION)
    public static native IsolateThread getSpecific(int key);

    @CFunction(value = "pthread_setspecific", transition = Transition.NO_TRANSITION)
    public static native int setSpecific(int key, IsolateThread value);

    @CFunction(value = "getrlimit", transition = Transition.NO_TRANSITION)
    public static native int getResourceLimit(int resource, PointerBase limit);

    @CFunction(value = "__register_atfork", transition = Transition.NO_TRANSITION)
    public static native int registerAtFork(
            CFunctionPointer before,
            CFunctionPointer afterInParent,
            CFunctionPointer afterInChild,
            PointerBase library);
}
