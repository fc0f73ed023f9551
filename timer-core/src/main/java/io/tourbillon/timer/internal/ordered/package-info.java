/**
 * A queue of timed entries in the exact order of an executor: by deadline in nanoseconds, then by
 * submission. It knows no clock, thread or lock.
 */
@NullMarked
package io.tourbillon.timer.internal.ordered;

import org.jspecify.annotations.NullMarked;
