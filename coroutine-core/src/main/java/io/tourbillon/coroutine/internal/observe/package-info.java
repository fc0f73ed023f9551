/**
 * What a loop counts and measures, and its events for the flight recorder.
 *
 * <p>{@link io.tourbillon.coroutine.internal.observe.LoopCounts} counts; {@link
 * io.tourbillon.coroutine.internal.observe.LoopRecorder} measures lateness, waits and turns; {@link
 * io.tourbillon.coroutine.internal.observe.FlightRecorder} says which events a recording takes; a
 * {@link io.tourbillon.coroutine.internal.observe.Stamp} dates the state of a coroutine.
 *
 * <p><b>Rule.</b> This package depends on no other package of this module. The loop, or the task
 * that has the turn on it, is the single writer; any thread reads.
 *
 * <p>To add a count: add a constant to {@code LoopCounts.Count} and sum it in {@code
 * internal.dump.StatsSnapshot}. To add an event: write a class beside {@code SlowTurnEvent} and a
 * method of {@code FlightRecorder} that says whether a recording takes it.
 */
@NullMarked
package io.tourbillon.coroutine.internal.observe;

import org.jspecify.annotations.NullMarked;
