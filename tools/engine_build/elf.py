"""What of an ELF file the build must know: the symbols it wants and offers, the library versions it needs."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_SYMTAB, _DYNAMIC, _DYNSYM, _VERNEED = 2, 6, 11, 0x6FFFFFFE
_UNDEFINED_SECTION = 0
_LOCAL_BINDING = 0
_NEEDED, _RPATH, _RUNPATH = 1, 15, 29


class ElfError(ValueError):
    """The file is not what this reader understands: ELF for x86-64."""


@dataclass(frozen=True)
class _Section:
    kind: int
    offset: int
    size: int
    #: Index of another section; what for depends on the kind.
    link: int
    #: A number whose meaning depends on the kind.
    info: int


@dataclass(frozen=True)
class _Symbol:
    name: str
    is_defined: bool
    is_local: bool


class ElfFile:
    """An object file or a shared library for Linux on x86-64."""

    def __init__(self, path: Path) -> None:
        """Read the file."""
        self._data = path.read_bytes()
        # 64 bits, little endian, of machine type x86-64.
        if self._data[:6] != b"\x7fELF\x02\x01" or self._number("H", 18) != 62:
            raise ElfError(f"{path} is no ELF file for x86-64")
        table, count = self._number("Q", 40), self._number("H", 60)
        self._sections = [self._section(table + 64 * index) for index in range(count)]

    def undefined_symbols(self) -> set[str]:
        """The symbols that an object file expects from others."""
        return {symbol.name for symbol in self._symbols(_SYMTAB) if not symbol.is_defined and symbol.name}

    def defined_symbols(self) -> set[str]:
        """The global symbols of an object file."""
        return {symbol.name for symbol in self._symbols(_SYMTAB) if symbol.is_defined and not symbol.is_local}

    def exported_symbols(self) -> set[str]:
        """The symbols that a shared library offers to others."""
        return {symbol.name for symbol in self._symbols(_DYNSYM) if symbol.is_defined and not symbol.is_local}

    def has_symbol_table(self) -> bool:
        """Whether the file has symbols beyond those needed to load it: it is not stripped."""
        return any(section.kind == _SYMTAB for section in self._sections)

    def needed_libraries(self) -> list[str]:
        """The file names of the libraries that are loaded with this one."""
        return [self._string(strings, value) for strings, tag, value in self._dynamic_entries() if tag == _NEEDED]

    def search_paths(self) -> list[str]:
        """Where the library says it wants others looked for."""
        paths = (_RPATH, _RUNPATH)
        return [self._string(strings, value) for strings, tag, value in self._dynamic_entries() if tag in paths]

    def needed_versions(self) -> dict[str, set[str]]:
        """The versions of symbols that this library needs, by the library that has them."""
        versions: dict[str, set[str]] = {}
        for section in self._of_kind(_VERNEED):
            strings = self._sections[section.link]
            entry = section.offset
            for _ in range(section.info):
                count, file, first, following = struct.unpack_from("<2xHIII", self._data, entry)
                names = versions.setdefault(self._string(strings, file), set())
                detail = entry + first
                for _ in range(count):
                    name, next_detail = struct.unpack_from("<8xII", self._data, detail)
                    names.add(self._string(strings, name))
                    detail += next_detail
                entry += following
        return versions

    def _symbols(self, kind: int) -> Iterator[_Symbol]:
        for section in self._of_kind(kind):
            strings = self._sections[section.link]
            for offset in range(section.offset, section.offset + section.size, 24):
                name, info, defined_in = struct.unpack_from("<IBxH", self._data, offset)
                is_local = info >> 4 == _LOCAL_BINDING
                yield _Symbol(self._string(strings, name), defined_in != _UNDEFINED_SECTION, is_local)

    def _dynamic_entries(self) -> Iterator[tuple[_Section, int, int]]:
        for section in self._of_kind(_DYNAMIC):
            strings = self._sections[section.link]
            for offset in range(section.offset, section.offset + section.size, 16):
                tag, value = struct.unpack_from("<qQ", self._data, offset)
                yield strings, tag, value

    def _of_kind(self, kind: int) -> list[_Section]:
        return [section for section in self._sections if section.kind == kind]

    def _section(self, offset: int) -> _Section:
        kind, start, size, link, info = struct.unpack_from("<4xI16xQQII", self._data, offset)
        return _Section(kind, start, size, link, info)

    def _string(self, strings: _Section, index: int) -> str:
        start = strings.offset + index
        return self._data[start : self._data.index(b"\0", start)].decode()

    def _number(self, kind: str, offset: int) -> int:
        (number,) = struct.unpack_from("<" + kind, self._data, offset)
        return int(number)
