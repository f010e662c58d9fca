package databridge.pyloop.runtime;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/// Marks a static method `long name(long, long, long, long)` that C calls. C functions with fewer parameters or no
/// result
/// are served by the same shape.
///
/// # The boundary to C
///
/// Python is C, and the engine is Java that is compiled ahead of time into a library of the same process. So a method
/// of
/// a Python type can be the address of a compiled Java method, and a call across the boundary costs a few nanoseconds
/// each way. Nothing checks such a call: no types, no lifetimes, no exceptions. What follows is how it is kept right.
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
/// *Threads.* A Java thread has state of its own, a thread of Python's has none until it calls the engine first.
/// [ThreadEntry] attaches it then, and has it detached when it ends. All entries happen under the GIL; Java needs no
/// other lock.
///
/// *Exceptions.* C knows no Java exceptions, and one that reached a C frame would end the process. In the other
/// direction, a failed C call returns NULL or -1 and leaves an exception pending in the thread. The binding turns that
/// into a Java exception that carries nothing, `PyError`; it unwinds the Java frames up to the guard, which returns
/// [#onError], so that C finds the pending exception it expects. The guard turns anything else that was thrown into a
/// Python exception ([EntryFailure]).
///
/// *Garbage collection.* The Java collector has to find all Java objects that the stack refers to. Where Java calls C,
/// the
/// compiler would note for it which frames are Java; noting costs more than the calls that are made most, so plain
/// calls
/// leave nothing. [Collector] therefore runs only where no thread has Java frames below C frames. A function that waits
/// without the GIL is the exception, see [CFunction#blocking][databridge.pyloop.ffi.CFunction#blocking].
///
/// *References.* CPython's collector does not look into Java. A Python object that Java alone refers to would live for
/// ever if it refers back to its loop. So what Java keeps lies in C fields of Python objects, where that collector sees
/// it, and Java keeps bare addresses of objects only as long as one of three holds: C passed the object to this call,
/// the
/// reference is owned and released by hand, or a weak reference tells that the object still exists.
///
/// *Arguments.* Python code can pass anything to any method that it can name, and can run in the middle of nearly every
/// C call: it may close the loop, end the transport or delete an attribute before the call returns. An entry point
/// checks types and ranges before it touches memory, and looks anew at what it depends on after each call that can run
/// Python code. Fields whose content is used without a check are hidden from Python code.
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
