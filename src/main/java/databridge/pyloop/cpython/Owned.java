package databridge.pyloop.cpython;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/// Marks a raw `PyObject *` that is returned with a reference. The caller owns the reference, and either
/// releases it ([Refs#release]) or passes it on.
@Documented
@Retention(RetentionPolicy.CLASS)
@Target({ElementType.METHOD, ElementType.PARAMETER})
public @interface Owned {}
