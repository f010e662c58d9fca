/// Containers of plain numbers that allocate nothing per element, and a table that gives objects numbers.
/// They are not thread safe; their owners use them under a lock.
///
/// Uses `java.base` only.
@NullMarked
package databridge.pyloop.collections;

import org.jspecify.annotations.NullMarked;
