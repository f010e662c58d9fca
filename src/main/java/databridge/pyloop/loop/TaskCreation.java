package databridge.pyloop.loop;

import static databridge.pyloop.cpython.CallingConvention.FASTCALL_KEYWORDS;
import static databridge.pyloop.cpython.CallingConvention.NO_ARGUMENTS;
import static databridge.pyloop.cpython.Singletons.NONE;

import databridge.pyloop.cpython.CallApi;
import databridge.pyloop.cpython.DictApi;
import databridge.pyloop.cpython.ImportApi;
import databridge.pyloop.cpython.Owned;
import databridge.pyloop.cpython.PyName;
import databridge.pyloop.cpython.Refs;
import databridge.pyloop.cpython.StackGuard;
import databridge.pyloop.cpython.TupleApi;
import databridge.pyloop.cpython.TypeDef;
import databridge.pyloop.cpython.UnicodeApi;
import databridge.pyloop.ffi.Memory;
import databridge.pyloop.ffi.StaticText;
import databridge.pyloop.runtime.EntryPoint;

/// `create_future`, and `create_task` without a task factory. Outside of debug mode, each is one call of
/// asyncio's class.
///
/// As in [Scheduling], any other call goes to asyncio's own method.
final class TaskCreation {
    private static final PyName ASYNCIO_CREATE_TASK = PyName.of("_asyncio_create_task");
    private static final PyName TASK = PyName.of("Task");
    private static final PyName ASYNCIO_CREATE_FUTURE = PyName.of("_asyncio_create_future");
    private static final PyName FUTURE = PyName.of("Future");
    private static long TASKS;
    private static long FUTURES;
    private static long C_TASK;
    private static long C_FUTURE;
    private static long NO_ARGUMENT;
    private static final PyName LOOP_KEYWORD = PyName.of("loop");
    private static final StaticText[] KNOWN_KEYWORDS = {StaticText.of("name"), StaticText.of("context")};
    private static long ONLY_LOOP;

    /// The names of the last call with keywords, and the same with `loop` before them. A call site passes the
    /// same object each time. Static because the names belong to no loop.
    private static long lastKeywords;

    private static long lastKeywordsWithLoop;

    private TaskCreation() {}

    static void bind() {
        lastKeywords = 0;
        lastKeywordsWithLoop = 0;
        TASKS = namespace("asyncio.tasks");
        FUTURES = namespace("asyncio.futures");
        // Only if the interpreter was built with them.
        C_TASK = ImportApi.optionalAttribute("asyncio.tasks", "_CTask");
        C_FUTURE = ImportApi.optionalAttribute("asyncio.futures", "_CFuture");
        NO_ARGUMENT = TupleApi.ofNone(0);
        ONLY_LOOP = TupleApi.ofOne(LOOP_KEYWORD.object());
    }

    static TypeDef declare(TypeDef type) {
        return type.implementedBy(TaskCreation.class)
                .method(
                        "create_task($self, coro, *, name=None, context=None)",
                        FASTCALL_KEYWORDS,
                        "createTask",
                        "Schedule the execution of a coroutine object; return its Task.")
                .method(
                        "create_future($self, /)",
                        NO_ARGUMENTS,
                        "createFuture",
                        "Create a Future object attached to the loop.");
    }

    @EntryPoint
    @Owned
    static long createFuture(long self) {
        LoopEngine engine = LoopEngine.ifOpen(self); // a closed loop creates futures too, as asyncio's does
        if (engine == null || engine.debug()) {
            return CallApi.callMethod(ASYNCIO_CREATE_FUTURE, self);
        }
        long future = DictApi.get(FUTURES, FUTURE.object());
        if (future == C_FUTURE) {
            return newInstance(future, NO_ARGUMENT, self);
        }
        long array = engine.callArguments().take(1);
        Memory.putLong(array, self);
        try {
            StackGuard.check();
            return CallApi.vectorcall(future, array, 0, ONLY_LOOP);
        } finally {
            engine.callArguments().giveBack(array);
        }
    }

    @EntryPoint
    @Owned
    static long createTask(long self, long arguments, long count, long keywords) {
        LoopEngine engine = LoopEngine.of(self);
        long names = count == 1 ? withLoop(keywords) : 0;
        if (names == 0 || engine.debug() || Memory.getLong(self + LoopLayout.TASK_FACTORY) != NONE) {
            return CallApi.forward(ASYNCIO_CREATE_TASK, self, arguments, count, keywords);
        }
        long task = DictApi.get(TASKS, TASK.object());
        if (keywords == 0 && task == C_TASK) {
            long coroutine = TupleApi.ofOne(Memory.getLong(arguments));
            try {
                return newInstance(task, coroutine, self);
            } finally {
                Refs.release(coroutine);
            }
        }
        long values = TupleApi.size(names);
        long array = engine.callArguments().take(1 + values);
        Memory.putLong(array, Memory.getLong(arguments));
        Memory.putLong(array + Long.BYTES, self);
        for (long i = 1; i < values; i++) {
            Memory.putLong(array + (1 + i) * Long.BYTES, Memory.getLong(arguments + i * Long.BYTES));
        }
        try {
            StackGuard.check();
            return CallApi.vectorcall(task, array, 1, names);
        } finally {
            engine.callArguments().giveBack(array);
        }
    }

    /// `type(*arguments, loop=self)`, for the classes of asyncio that are C.
    @Owned
    private static long newInstance(long type, long arguments, long self) {
        StackGuard.check();
        long keywords = keywordsOf(self);
        try {
            return CallApi.callWithDict(type, arguments, keywords);
        } finally {
            Refs.release(keywords);
        }
    }

    /// `{"loop": self}`, cached: building it took a third of the time of creating a future. A slot of the
    /// loop object holds it until the engine is closed, so that the garbage collector sees that it refers
    /// back to the loop.
    ///
    /// The caller gets a reference of its own, because the call that uses the dict may run Python code that
    /// closes the loop.
    @Owned
    private static long keywordsOf(long self) {
        long dict = Memory.getLong(self + LoopLayout.KEYWORDS);
        if (dict != 0) {
            return Refs.retain(dict);
        }
        dict = DictApi.empty();
        DictApi.put(dict, "loop", self);
        Refs.replace(self + LoopLayout.KEYWORDS, Refs.retain(dict));
        return dict;
    }

    /// The keyword names with `loop` before them, 0 if there is an unknown one. Borrowed.
    private static long withLoop(long keywords) {
        if (keywords == 0) {
            return ONLY_LOOP;
        }
        if (keywords == lastKeywords) {
            return lastKeywordsWithLoop;
        }
        long count = TupleApi.size(keywords);
        for (long i = 0; i < count; i++) {
            if (!isKnown(TupleApi.item(keywords, i))) {
                return 0;
            }
        }
        long extended = TupleApi.prepended(LOOP_KEYWORD.object(), keywords);
        long replaced = lastKeywords;
        long replacedExtended = lastKeywordsWithLoop;
        lastKeywords = Refs.retain(keywords);
        lastKeywordsWithLoop = extended;
        Refs.releaseIfAny(replaced);
        Refs.releaseIfAny(replacedExtended);
        return extended;
    }

    private static boolean isKnown(long keyword) {
        for (StaticText known : KNOWN_KEYWORDS) {
            if (UnicodeApi.equalsAscii(keyword, known.address())) {
                return true;
            }
        }
        return false;
    }

    /// A module's own dict. Each call looks up the class there again, because programs replace it.
    private static long namespace(String moduleName) {
        return ImportApi.attribute(moduleName, "__dict__");
    }
}
