/**
 * Snapshots for observers: dumps, deadlocks and statistics.
 *
 * <p>{@link io.tourbillon.coroutine.internal.dump.DumpSnapshot} asks each loop to note a {@code
 * Sighting} of some coroutines, {@code WaitForGraph} follows what is {@code Awaited} to its
 * holders, and {@code Words} turns it into text. {@link
 * io.tourbillon.coroutine.internal.dump.StatsSnapshot} sums up what the loops have counted.
 *
 * <p><b>Rule.</b> This package depends on {@code internal.task} and the packages below it; only
 * {@code internal.scheduler} uses it. The loops only note what they see. The thread that asks does
 * the rest, and it alone calls code of users, such as {@code toString} and {@code Awaited.holders}.
 *
 * <p>To show something new of a coroutine: note it in {@code Sighting.of}, and pass it on in {@code
 * Sighting.entry} to the public {@code CoroutineDump.Entry}.
 */
@NullMarked
package io.tourbillon.coroutine.internal.dump;

import org.jspecify.annotations.NullMarked;
