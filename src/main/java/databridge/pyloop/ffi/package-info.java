/// Foreign functions and memory: the only package that calls restricted methods of `java.lang.foreign`.
@NullMarked
package databridge.pyloop.ffi;

import org.jspecify.annotations.NullMarked;
