package databridge.pyloop.ffi;

import org.graalvm.nativeimage.IsolateThread;
import org.graalvm.nativeimage.c.function.CFunction;
import org.graalvm.nativeimage.c.function.CFunction.Transition;
import org.graalvm.nativeimage.c.function.CFunctionPointer;
import org.graalvm.nativeimage.c.type.CCharPointer;
import org.graalvm.nativeimage.c.type.CIntPointer;
import org.graalvm.word.PointerBase;

/// Functions of the C library that the linker resolves, because they are called before addresses are bound,
/// or where no other code may run. All other functions are found with [#dlsym].
public final class LibC {
    private LibC() {}

    /// `dlsym(3)`: the address of a symbol, NULL if there is none.
    @CFunction(value = "dlsym", transition = Transition.NO_TRANSITION)
    public static native PointerBase dlsym(PointerBase handle, CCharPointer name);

    /// The address of `errno` of this thread.
    @CFunction(value = "__errno_location", transition = Transition.NO_TRANSITION)
    public static native CIntPointer errnoLocation();

    /// `pthread_key_create(3)`: 0 or an error number.
    @CFunction(value = "pthread_key_create", transition = Transition.NO_TRANSITION)
    public static native int keyCreate(PointerBase key, CFunctionPointer destructor);

    /// `pthread_key_delete(3)`: 0 or an error number.
    @CFunction(value = "pthread_key_delete", transition = Transition.NO_TRANSITION)
    public static native int keyDelete(int key);

    /// `pthread_getspecific(3)`: this thread's value of a key, NULL if it has none.
    @CFunction(value = "pthread_getspecific", transition = Transition.NO_TRANSITION)
    public static native IsolateThread getSpecific(int key);

    /// `pthread_setspecific(3)`: 0 or an error number.
    @CFunction(value = "pthread_setspecific", transition = Transition.NO_TRANSITION)
    public static native int setSpecific(int key, IsolateThread value);

    /// `getrlimit(2)`: 0 or -1.
    @CFunction(value = "getrlimit", transition = Transition.NO_TRANSITION)
    public static native int getResourceLimit(int resource, PointerBase limit);

    /// `pthread_atfork(3)` under the name that the C library exports: 0 or an error number.
    @CFunction(value = "__register_atfork", transition = Transition.NO_TRANSITION)
    public static native int registerAtFork(
            CFunctionPointer before,
            CFunctionPointer afterInParent,
            CFunctionPointer afterInChild,
            PointerBase library);
}
