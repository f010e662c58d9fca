"""Builds C programs that have Python inside, for the tests of embedding."""

import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

#: Runs its argument in several lives of the interpreter, in one process.
LIVES = """
#include <Python.h>
#include <stdlib.h>
int main(int argc, char **argv) {
    for (int life = 0; life < atoi(argv[1]); life++) {
        Py_InitializeEx(0);
        if (PyRun_SimpleString(argv[2]) != 0) return 1;
        if (Py_FinalizeEx() != 0) return 2;
    }
    return 0;
}
"""
#: Loads the library named first so that only its owner sees its symbols, and runs the argument in it.
PRIVATE = """
#include <dlfcn.h>
#include <stdio.h>
int main(int argc, char **argv) {
    void *python = dlopen(argv[1], RTLD_NOW | RTLD_LOCAL);
    if (python == NULL) { fprintf(stderr, "%s\\n", dlerror()); return 3; }
    void (*initialize)(int) = (void (*)(int)) dlsym(python, "Py_InitializeEx");
    int (*run)(const char *) = (int (*)(const char *)) dlsym(python, "PyRun_SimpleString");
    int (*finalize)(void) = (int (*)(void)) dlsym(python, "Py_FinalizeEx");
    initialize(0);
    if (run(argv[2]) != 0) return 1;
    return finalize() == 0 ? 0 : 2;
}
"""


def shared_library() -> Path:
    """The library of this Python, or a skip where the interpreter is in its executable alone."""
    name = sysconfig.get_config_var("INSTSONAME") or ""
    for directory in (sysconfig.get_config_var("LIBDIR"), f"{sys.base_prefix}/lib"):
        if directory and ".so" in name and (path := Path(directory) / name).is_file():
            return path
    pytest.skip("this Python has no shared library that a program could embed")


def build(directory: Path, source: str) -> str:
    """Compile a program against this Python; skip where that is not possible."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        pytest.skip("no C compiler is installed, which makes the program that embeds Python")
    if not (Path(sysconfig.get_path("include")) / "Python.h").is_file():
        pytest.skip("the C headers of this Python are not installed")
    library = shared_library()
    file, program = directory / "host.c", directory / "host"
    file.write_text(source)
    linked = ["-I", sysconfig.get_path("include"), str(library), f"-Wl,-rpath,{library.parent}"]
    options = linked if "Python.h" in source else []
    subprocess.run([compiler, str(file), "-o", str(program), *options, "-ldl", "-lm"], check=True, timeout=60)
    return str(program)


def environment() -> dict[str, str]:
    """Variables with which an embedded Python finds the library of the one that runs the tests."""
    return {"PYTHONHOME": f"{sys.base_prefix}:{sys.base_exec_prefix}"}
