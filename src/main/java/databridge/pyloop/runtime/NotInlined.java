package databridge.pyloop.runtime;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/// Marks what rarely runs on the path of every callback, timer or event. It stays a method of its own: inlined, it
/// makes the compiler keep on the stack what the usual path could have in registers. The build adds the
/// compiler's own annotation (`native/src/PrepareClasses.java`).
@Retention(RetentionPolicy.CLASS)
@Target(ElementType.METHOD)
public @interface NotInlined {}
