package databridge.pyloop.runtime;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/// Marks a static method `long name(long, long, long, long)` that C calls. Functions with fewer parameters
/// have the same shape for C, which ignores surplus registers.
///
/// # The boundary to C
///
/// Python is C, and the engine is Java that is compiled ahead of time into a library of the same process. So
/// the function of a Python method can be a compiled Java method, and a call across the boundary costs a few
/// nanoseconds each way. Nothing checks such a call: no types, no lifetimes, no exceptions. These rules keep
/// it right.
///
/// ```
/// Python      loop.call_soon(f)
///    | PyMethodDef.ml_meth
/// guard       written by the build step native/src/PrepareClasses.java, one beside each entry point
///    |        ThreadEntry.Enter: attach the thread, check the stack, count
/// entry point Scheduling.callSoon(self, arguments, count, keywords)        every object is a `long`, its address
///    | CFunction.call, a plain call instruction
/// C API       PyObject_Vectorcall and the like, which can run any Python code, and so any other entry point
/// ```
///
/// *Threads.* A Java thread has state of its own; a Python thread has none before it calls the engine for the
/// first time. [ThreadEntry] attaches it then, and detaches it when it ends. All entries happen under the
/// GIL, so Java needs no other lock.
///
/// *Exceptions.* C knows no Java exceptions, and one that reached a C frame would end the process. In the other
/// direction, a failed C call returns NULL or -1 and leaves an exception pending in the thread. The binding turns that
/// into a Java exception that carries nothing, `PyError`; it unwinds the Java frames up to the guard, which returns
/// [#onError], so that C finds the pending exception it expects. The guard turns anything else that was thrown into a
/// Python exception ([EntryFailure]).
///
/// *Garbage collection.* A plain call of C leaves no record on the stack by which the Java collector could
/// find the Java frames below. So it runs only where there are no such frames, see [Collector].
///
/// *References.* CPython's collector does not look into Java. A Python object that Java alone refers to would
/// live for ever if it refers back to its loop. So Python objects that Java keeps are in C fields of Python
/// objects, where that collector sees them. Java keeps the bare address of an object only as long as one of
/// three holds: C passed the object to this call, the reference is owned and released by hand, or a weak
/// reference shows that the object still exists.
///
/// *Arguments.* Python code can pass anything to any method that it can name, and can run in the middle of
/// nearly every C call: it may close the loop, end the transport or delete an attribute before the call
/// returns. An entry point checks types and ranges before it touches memory, and checks again what it depends
/// on after each call that can run Python code. Fields whose content is used without a check are hidden from
/// Python code.
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
