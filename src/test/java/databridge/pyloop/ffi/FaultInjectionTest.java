package databridge.pyloop.ffi;

import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import org.junit.jupiter.api.Test;

/// Without its system property, fault injection costs nothing: handles are what they were.
final class FaultInjectionTest {
    @Test
    void nothingIsWrappedWithoutTheProperty() throws ReflectiveOperationException {
        assertNull(System.getProperty(FaultInjection.PROPERTY));
        MethodHandle handle =
                MethodHandles.lookup().findStatic(Math.class, "abs", MethodType.methodType(long.class, long.class));
        assertSame(handle, FaultInjection.beforeUpcall(handle));
        assertSame(handle, FaultInjection.afterDowncall(handle));
    }
}
