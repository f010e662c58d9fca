package databridge.pyloop.ffi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

/// Offsets and sizes follow from the declaration by the C rules of 64-bit Linux.
final class CStructTest {
    @Test
    void fieldsFollowEachOtherInOrder() {
        CStruct timespec = CStruct.of("struct timespec { time_t tv_sec; long tv_nsec; }");
        assertEquals(0, timespec.offset("tv_sec"));
        assertEquals(8, timespec.offset("tv_nsec"));
        assertEquals(16, timespec.size());
    }

    @Test
    void aFieldIsAlignedToItsSize() {
        CStruct mixed = CStruct.of("struct mixed { char a; short b; char c; int d; char e; void *f; }");
        assertEquals(0, mixed.offset("a"));
        assertEquals(2, mixed.offset("b"));
        assertEquals(4, mixed.offset("c"));
        assertEquals(8, mixed.offset("d"));
        assertEquals(12, mixed.offset("e"));
        assertEquals(16, mixed.offset("f"));
        assertEquals(24, mixed.size());
    }

    @Test
    void theSizeIsPaddedToTheWidestField() {
        assertEquals(16, CStruct.of("struct s { void *pointer; char flag; }").size());
        assertEquals(8, CStruct.of("struct s { int number; char flag; }").size());
        assertEquals(3, CStruct.of("struct s { char a; char b; char c; }").size());
    }

    @Test
    void aPackedStructHasNoPadding() {
        String declaration = "struct epoll_event { uint32_t events; uint64_t data; }";
        assertEquals(4, CStruct.packed(declaration).offset("data"));
        assertEquals(12, CStruct.packed(declaration).size());
        assertEquals(8, CStruct.of(declaration).offset("data"));
        assertEquals(16, CStruct.of(declaration).size());
    }

    @Test
    void pointersMayBeWrittenEitherWay() {
        CStruct struct = CStruct.of("struct s { const char* first; PyObject *second; void **third; int last; }");
        assertEquals(0, struct.offset("first"));
        assertEquals(8, struct.offset("second"));
        assertEquals(16, struct.offset("third"));
        assertEquals(24, struct.offset("last"));
    }

    @Test
    void refusesATypeItDoesNotKnow() {
        assertThrows(IllegalArgumentException.class, () -> CStruct.of("struct s { struct timespec when; }"));
    }

    @Test
    void refusesAFieldItDoesNotHave() {
        CStruct struct = CStruct.of("struct s { int a; }");
        assertThrows(IllegalArgumentException.class, () -> struct.offset("b"));
    }
}
