/**
 * The wheels of the timers that are a number each: {@link
 * io.tourbillon.timer.internal.longs.LongWheels}.
 */
@NullMarked
package io.tourbillon.timer.internal.longs;

import org.jspecify.annotations.NullMarked;
