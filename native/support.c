/* The C that the compiled engine needs besides the C library.
 *
 * The native-image builder compiles Java to an object file that calls some C functions of its own runtime. A complete
 * GraalVM has them in static libraries, which no registry has. They are written here from their declarations in Java:
 * the methods with @CFunction in the sources of org.graalvm.nativeimage:svm, named above each function. Beside them the
 * object file names natives of JDK classes that the engine contains and never uses; each becomes a stub that aborts.
 * tools/engine_build/link.py compiles and links this file.
 */
#define _GNU_SOURCE
#include <cpuid.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <sched.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "amd64cpufeatures.h"

static void say(const char *text) {
    /* Nothing is left to do if standard error is closed. */
    if (write(STDERR_FILENO, text, strlen(text)) < 0) {
        return;
    }
}

/* --- The CPU: AMD64LibCHelper ------------------------------------------------------------------------------------ */

enum cpu_register { EAX, EBX, ECX, EDX };

/* What is asked of CPUID: once in a process, since a virtual machine takes microseconds for an answer. */
enum leaf { LEAF_1, LEAF_7, LEAF_80000001, LEAVES };
static const uint32_t LEAF_NUMBERS[LEAVES] = {1, 7, 0x80000001};

/* Registers that the operating system must save at a switch of threads before they may be used: bits of XCR0. */
enum saved_state { ANY = 0, YMM = 0x06, ZMM = 0xe6 };

/* Where CPUID reports a feature. What is not listed counts as absent: the runtime then does not use it. */
static const struct {
    const char *name;
    uint16_t offset;
    enum leaf leaf;
    enum cpu_register result;
    unsigned bit;
    enum saved_state state;
} FEATURES[] = {
#define FEATURE(name, leaf, result, bit, state) {#name, offsetof(CPUFeatures, f##name), leaf, result, bit, state}
    FEATURE(TSC, LEAF_1, EDX, 4, ANY),
    FEATURE(CX8, LEAF_1, EDX, 8, ANY),
    FEATURE(CMOV, LEAF_1, EDX, 15, ANY),
    FEATURE(MMX, LEAF_1, EDX, 23, ANY),
    FEATURE(FXSR, LEAF_1, EDX, 24, ANY),
    FEATURE(SSE, LEAF_1, EDX, 25, ANY),
    FEATURE(SSE2, LEAF_1, EDX, 26, ANY),
    FEATURE(SSE3, LEAF_1, ECX, 0, ANY),
    FEATURE(CLMUL, LEAF_1, ECX, 1, ANY),
    FEATURE(SSSE3, LEAF_1, ECX, 9, ANY),
    FEATURE(FMA, LEAF_1, ECX, 12, YMM),
    FEATURE(SSE4_1, LEAF_1, ECX, 19, ANY),
    FEATURE(SSE4_2, LEAF_1, ECX, 20, ANY),
    FEATURE(POPCNT, LEAF_1, ECX, 23, ANY),
    FEATURE(AES, LEAF_1, ECX, 25, ANY),
    FEATURE(AVX, LEAF_1, ECX, 28, YMM),
    FEATURE(F16C, LEAF_1, ECX, 29, YMM),
    FEATURE(BMI1, LEAF_7, EBX, 3, ANY),
    FEATURE(AVX2, LEAF_7, EBX, 5, YMM),
    FEATURE(BMI2, LEAF_7, EBX, 8, ANY),
    FEATURE(ERMS, LEAF_7, EBX, 9, ANY),
    FEATURE(AVX512F, LEAF_7, EBX, 16, ZMM),
    FEATURE(AVX512DQ, LEAF_7, EBX, 17, ZMM),
    FEATURE(ADX, LEAF_7, EBX, 19, ANY),
    FEATURE(AVX512CD, LEAF_7, EBX, 28, ZMM),
    FEATURE(SHA, LEAF_7, EBX, 29, ANY),
    FEATURE(AVX512BW, LEAF_7, EBX, 30, ZMM),
    FEATURE(AVX512VL, LEAF_7, EBX, 31, ZMM),
    FEATURE(LZCNT, LEAF_80000001, ECX, 5, ANY),
    FEATURE(AMD_3DNOW_PREFETCH, LEAF_80000001, ECX, 8, ANY),
#undef FEATURE
};
enum { FEATURE_COUNT = sizeof FEATURES / sizeof *FEATURES };

static uint32_t saved_registers(uint32_t leaf_1_ecx) {
    uint32_t low, high;
    const uint32_t xgetbv_is_enabled = 1u << 27;
    if (!(leaf_1_ecx & xgetbv_is_enabled)) {
        return 0;
    }
    __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    return low;
}

static void ask_cpu(CPUFeatures *features) {
    uint32_t leaves[LEAVES][4];
    memset(leaves, 0, sizeof leaves);
    for (size_t i = 0; i < LEAVES; i++) {
        uint32_t *leaf = leaves[i];
        __get_cpuid_count(LEAF_NUMBERS[i], 0, &leaf[EAX], &leaf[EBX], &leaf[ECX], &leaf[EDX]);
    }
    uint32_t saved = saved_registers(leaves[LEAF_1][ECX]);
    for (size_t i = 0; i < FEATURE_COUNT; i++) {
        int has_state = (saved & FEATURES[i].state) == FEATURES[i].state;
        uint32_t bits = leaves[FEATURES[i].leaf][FEATURES[i].result];
        ((char *)features)[FEATURES[i].offset] = has_state && (bits >> FEATURES[i].bit & 1);
    }
}

/* void determineCPUFeatures(CPUFeatures): the features of this CPU. Called while the library is loaded, by one thread. */
void determineCPUFeatures(CPUFeatures *features) {
    static CPUFeatures known;
    static int is_known;
    if (!is_known) {
        ask_cpu(&known);
        is_known = 1;
    }
    *features = known;
}

static const char *feature_name(size_t offset) {
    for (size_t i = 0; i < FEATURE_COUNT; i++) {
        if (FEATURES[i].offset == offset) {
            return FEATURES[i].name;
        }
    }
    return "a feature that native/support.c does not know";
}

/* int checkCPUFeatures(char *mask): 0 if this CPU has all that the engine was compiled for. A required feature is ~1 in
 * the mask, all others are ~0. */
int checkCPUFeatures(const uint8_t *mask) {
    CPUFeatures features;
    const uint8_t required = (uint8_t)~1;
    int missing = 0;
    determineCPUFeatures(&features);
    for (size_t offset = 0; offset < sizeof features; offset++) {
        if (mask[offset] == required && !((char *)&features)[offset]) {
            say(missing ? ", " : "PyLoop's engine cannot run: this CPU lacks ");
            say(feature_name(offset));
            missing = 1;
        }
    }
    if (missing) {
        say("\n");
    }
    return missing;
}

/* --- The C library under fixed arguments: a call of a variadic function differs from that of another ------------- */

/* Fcntl.NoTransitions.open: a child process must not inherit the descriptor. */
int openSII(const char *path, int flags, int mode) {
    return open(path, flags | O_CLOEXEC, mode);
}

/* LinuxLibCHelper.NoTransitions.mremapP */
void *mremapP(void *old_address, size_t old_size, size_t new_size, int flags, void *new_address) {
    return mremap(old_address, old_size, new_size, flags, new_address);
}

/* PosixVMThreads.fprintfSD: the last message of a process that the runtime ends. */
int fprintfSD(FILE *stream, const char *format, const char *text, int number) {
    return fprintf(stream, format, text, number);
}

/* LinuxLibCHelper.getThreadId; the C library has a function for it since 2.30 only. The runtime compares the numbers, and
 * ends the process at -1. Where a sandbox refuses the call, the thread's memory identifies it. */
int getThreadId(void) {
    int number = (int)syscall(SYS_gettid);
    return number >= 0 ? number : (int)((uintptr_t)pthread_self() >> 12 & INT_MAX);
}

/* How many processors this process may use. The report of a fatal error asks for it. */
int JVM_ActiveProcessorCount(void) {
    cpu_set_t allowed;
    if (sched_getaffinity(0, sizeof allowed, &allowed) != 0) {
        return 1;
    }
    return CPU_COUNT(&allowed);
}

/* --- Never called ------------------------------------------------------------------------------------------------ */

/* The stubs call this, each with its own name: link.py writes one for each native of a JDK class that the object file
 * names and no library defines. */
_Noreturn void unexpected_call(const char *name) {
    say("PyLoop's engine called ");
    say(name);
    say(", which is not part of it. Please report this.\n");
    abort();
}
