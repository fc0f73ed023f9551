/**
 * The scheduler: builds the loops, places coroutines on them, and closes.
 *
 * <p>{@code SchedulerBuilder} checks the options, {@code Engines} chooses and probes the engine,
 * {@code LoopScheduler} places coroutines, {@code Closing} ends them, and {@code CreationSite}
 * finds where a coroutine was spawned. {@link
 * io.tourbillon.coroutine.internal.scheduler.SchedulerKernel} is what the public package calls; its
 * name stands in {@code Implementation} of that package.
 *
 * <p><b>Rule.</b> This package stands above all other internal packages, and none of them depends
 * on it: loops and coroutines know their scheduler only as {@code TaskHost}. {@code Engines} is the
 * only class outside {@code internal.engine} that depends on the classes of a certain engine.
 *
 * <p>To add an option: declare it in the public {@code CoroutineScheduler.Builder}, check and keep
 * it in {@code SchedulerBuilder}. To change the placement of coroutines: {@code
 * LoopScheduler.place}; what loops take over from each other: {@code WorkStealing} in {@code
 * internal.loop}.
 */
@NullMarked
package io.tourbillon.coroutine.internal.scheduler;

import org.jspecify.annotations.NullMarked;
