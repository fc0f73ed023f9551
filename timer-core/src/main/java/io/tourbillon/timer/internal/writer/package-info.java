/**
 * Threads of durable timers that have a connection each, and the one of them that writes.
 *
 * <p>{@link io.tourbillon.timer.internal.writer.SessionLoop} opens connections, and gets new ones
 * when they fail or are silent. {@link io.tourbillon.timer.internal.writer.GroupWriter} makes the
 * changes of all callers, many in a transaction. It knows changes and their requests, and nothing
 * of what they are for.
 */
@NullMarked
package io.tourbillon.timer.internal.writer;

import org.jspecify.annotations.NullMarked;
