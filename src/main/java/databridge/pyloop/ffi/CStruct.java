package databridge.pyloop.ffi;

import java.util.LinkedHashMap;
import java.util.Map;

/// A C struct, declared by its text in field order: `"struct timespec { long tv_sec; long tv_nsec; }"`.
///
/// Offsets follow from the order and the field types by the C rules of 64-bit Linux; no offset is typed by hand.
public final class CStruct {
    private final String declaration;
    private final Map<String, Long> offsets = new LinkedHashMap<>();
    private final long size;

    private CStruct(String declaration, boolean packed) {
        this.declaration = declaration;
        String body = declaration.substring(declaration.indexOf('{') + 1, declaration.lastIndexOf('}'));
        long offset = 0;
        long widest = 1;
        for (String line : body.split(";")) {
            String field = line.strip();
            if (field.isEmpty()) {
                continue;
            }
            int nameStart = Math.max(field.lastIndexOf(' '), field.lastIndexOf('*')) + 1;
            String type = field.substring(0, nameStart).strip();
            long fieldSize = sizeOf(type);
            long alignment = packed ? 1 : fieldSize;
            offset = alignUp(offset, alignment);
            offsets.put(field.substring(nameStart), offset);
            offset += fieldSize;
            widest = Math.max(widest, alignment);
        }
        size = alignUp(offset, widest);
    }

    /// @param declaration the struct as its header writes it, scalar fields only
    /// @throws IllegalArgumentException if a field's type is not known here
    public static CStruct of(String declaration) {
        return new CStruct(declaration, false);
    }

    /// As [#of], without padding between fields, for structs declared `__attribute__((packed))`.
    public static CStruct packed(String declaration) {
        return new CStruct(declaration, true);
    }

    /// The offset of a field in bytes.
    ///
    /// @throws IllegalArgumentException if the struct has no such field
    public long offset(String field) {
        Long offset = offsets.get(field);
        if (offset == null) {
            throw new IllegalArgumentException("no field '" + field + "' in " + declaration);
        }
        return offset;
    }

    /// The size in bytes, padded as in an array.
    public long size() {
        return size;
    }

    private static long alignUp(long offset, long alignment) {
        return (offset + alignment - 1) / alignment * alignment;
    }

    private static long sizeOf(String type) {
        if (type.endsWith("*")) {
            return Long.BYTES;
        }
        return switch (type) {
            case "char", "uint8_t" -> Byte.BYTES;
            case "short", "uint16_t" -> Short.BYTES;
            case "int", "unsigned int", "uint32_t", "int32_t" -> Integer.BYTES;
            case "long",
                    "unsigned long",
                    "Py_ssize_t",
                    "uint64_t",
                    "int64_t",
                    "time_t",
                    "size_t",
                    "double",
                    "PyCFunction",
                    "getter",
                    "setter" -> Long.BYTES;
            default -> throw new IllegalArgumentException("unknown C type '" + type + "'");
        };
    }
}
