/// Pollers: implementations of [databridge.pyloop.engine.DescriptorPoller] over interfaces of the kernel.
@NullMarked
package databridge.pyloop.poll;

import org.jspecify.annotations.NullMarked;
