package databridge.pyloop.ffi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// A C declaration is parsed into the symbol and its numbers of integers and doubles; others are refused.
final class PrototypeTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "int close(int fd); close; 1",
                "PyObject *PyDict_New(void); PyDict_New; 0",
                "PyObject* PyDict_New(void); PyDict_New; 0",
                "PyObject * PyDict_New( void ); PyDict_New; 0",
                "int last(); last; 0",
                "long long PyLong_AsLongLong(PyObject *o); PyLong_AsLongLong; 1",
                "PyObject *PyObject_Vectorcall(PyObject *f, PyObject *const *args, size_t n, PyObject *k);"
                        + " PyObject_Vectorcall; 4",
                "char **names(const char *a, unsigned long long b); names; 2",
            })
    void findsTheSymbolAndTheArity(String text, String symbol, int arity) {
        Prototype prototype = Prototype.parse(text);
        assertEquals(symbol, prototype.symbol());
        assertEquals(arity, prototype.arity());
        assertFalse(prototype.usesDoubles());
    }

    @Test
    void seesWhichParametersAreDoubles() {
        Prototype prototype = Prototype.parse("PyObject *PyFloat_FromDouble(double v)");
        assertFalse(prototype.returnsDouble());
        assertEquals(List.of(true), prototype.doubleParameters());
        assertTrue(prototype.usesDoubles());
        assertEquals(
                List.of(true, false),
                Prototype.parse("double ldexp(double x, int e)").doubleParameters());
    }

    @Test
    void seesADoubleResult() {
        Prototype prototype = Prototype.parse("double PyFloat_AsDouble(PyObject *o)");
        assertTrue(prototype.returnsDouble());
        assertEquals("PyFloat_AsDouble", prototype.symbol());
        assertEquals(List.of(false), prototype.doubleParameters());
        assertTrue(prototype.usesDoubles());
    }

    @Test
    void aPointerToDoubleIsAPointer() {
        Prototype prototype = Prototype.parse("double *modf(double x, double *whole)");
        assertFalse(prototype.returnsDouble());
        assertEquals(List.of(true, false), prototype.doubleParameters());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "int fd",
                "",
                ")(",
                "int printf(const char *format, ...)",
                "int scale(float factor)",
                "float half(int a)",
            })
    void refusesWhatItCannotCall(String text) {
        assertThrows(IllegalArgumentException.class, () -> Prototype.parse(text));
    }
}
