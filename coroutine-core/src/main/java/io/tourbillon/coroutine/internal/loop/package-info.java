/**
 * The event loop: what is due, what is ready, and who has the turn.
 *
 * <p>An {@link io.tourbillon.coroutine.internal.loop.EventLoop} knows the coroutines that it gives
 * turns to by {@link io.tourbillon.coroutine.internal.loop.LoopTask} alone; what else lives on a
 * loop is for its subclass to know. To add a scheduling policy: add an order to {@link
 * io.tourbillon.coroutine.internal.loop.TurnOrder} and a case to the public {@code
 * SchedulingPolicy}.
 *
 * <p>This package depends on {@code internal.engine} and {@code internal.observe}, and on the wheel
 * of timer-core.
 */
@NullMarked
package io.tourbillon.coroutine.internal.loop;

import org.jspecify.annotations.NullMarked;
