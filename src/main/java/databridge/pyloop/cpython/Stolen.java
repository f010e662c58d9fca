package databridge.pyloop.cpython;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/// Marks a raw `PyObject *` parameter whose reference the method takes over, also when it fails. Parameters
/// without the mark are borrowed for the duration of the call.
@Documented
@Retention(RetentionPolicy.CLASS)
@Target(ElementType.PARAMETER)
public @interface Stolen {}
