"""Finds flags of the running HotSpot by the tables it exports for debuggers.

The tables name the fields of the JVM's own structures with their offsets and addresses, so that nothing about a
particular build is assumed (`vmStructs.hpp`, used by the serviceability agent and by profilers).
"""

from __future__ import annotations

import ctypes
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


def bool_flag(library: ctypes.CDLL, name: str) -> ctypes.c_bool | None:
    """Return the flag as the JVM sees it, None if this JVM has no such tables or flag."""
    try:
        return _find(library, name.encode())
    except (ValueError, KeyError):  # a symbol or an entry is missing
        return None


def _find(library: ctypes.CDLL, name: bytes) -> ctypes.c_bool | None:
    fields = dict(_fields(library))
    first = _pointer(fields[b"JVMFlag", b"flags"])
    count = ctypes.c_size_t.from_address(fields[b"JVMFlag", b"numFlags"]).value
    size = _sizes(library)[b"JVMFlag"]
    for flag in range(first, first + count * size, size):
        if _text(_pointer(flag + fields[b"JVMFlag", b"_name"])) == name:
            return ctypes.c_bool.from_address(_pointer(flag + fields[b"JVMFlag", b"_addr"]))
    return None


def _fields(library: ctypes.CDLL) -> Iterator[tuple[tuple[bytes, bytes], int]]:
    """Yield `(type, field)` with the address of a static field or the offset of another."""
    part = {
        key: _exported(library, f"gHotSpotVMStructEntry{key}Offset")
        for key in ("TypeName", "FieldName", "IsStatic", "Offset", "Address")
    }
    stride = _exported(library, "gHotSpotVMStructEntryArrayStride")
    entry = _exported(library, "gHotSpotVMStructs")
    while type_name := _text(_pointer(entry + part["TypeName"])):
        is_static = ctypes.c_int.from_address(entry + part["IsStatic"]).value
        value = _pointer(entry + part["Address" if is_static else "Offset"])
        yield (type_name, _text(_pointer(entry + part["FieldName"]))), value
        entry += stride


def _sizes(library: ctypes.CDLL) -> dict[bytes, int]:
    name = _exported(library, "gHotSpotVMTypeEntryTypeNameOffset")
    size = _exported(library, "gHotSpotVMTypeEntrySizeOffset")
    stride = _exported(library, "gHotSpotVMTypeEntryArrayStride")
    entry = _exported(library, "gHotSpotVMTypes")
    sizes = {}
    while type_name := _text(_pointer(entry + name)):
        sizes[type_name] = ctypes.c_uint64.from_address(entry + size).value
        entry += stride
    return sizes


def _exported(library: ctypes.CDLL, symbol: str) -> int:
    return ctypes.c_uint64.in_dll(library, symbol).value


def _pointer(address: int) -> int:
    return ctypes.c_uint64.from_address(address).value


def _text(address: int) -> bytes:
    return ctypes.string_at(address) if address else b""
