/// Containers of plain numbers, and tables that give objects numbers. Standard library only; not thread safe.
@NullMarked
package databridge.pyloop.collections;

import org.jspecify.annotations.NullMarked;
