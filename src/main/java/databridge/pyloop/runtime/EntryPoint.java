package databridge.pyloop.runtime;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/// Marks a static method `long name(long, long, long, long)` that C calls.
///
/// The build puts a guard beside each (`native/src/PrepareClasses.java`), whose address is what C gets: it enters Java
/// ([ThreadEntry]), turns what the method throws into the pending Python exception and C's error value, and leaves. C
/// functions with fewer parameters or no result are served by the same shape.
@Retention(RetentionPolicy.CLASS)
@Target(ElementType.METHOD)
public @interface EntryPoint {
    /// What C gets for an exception.
    OnError onError() default OnError.NULL;

    /// C's error value.
    enum OnError {
        /// A null pointer, for functions that return an object.
        NULL,
        /// -1, for functions that return a status.
        MINUS_ONE
    }
}
