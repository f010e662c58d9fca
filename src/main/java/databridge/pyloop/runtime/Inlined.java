package databridge.pyloop.runtime;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/// Marks a method on the path of every callback, timer or event. It is inlined wherever it is called,
/// although it is larger than what the compiler inlines by itself, which has no profile. The build adds the
/// compiler's own annotation (`native/src/PrepareClasses.java`).
@Retention(RetentionPolicy.CLASS)
@Target(ElementType.METHOD)
public @interface Inlined {}
