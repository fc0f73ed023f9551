/**
 * Adapters to callbacks of the JDK, for coroutines and threads: completion handlers of asynchronous
 * channels ({@link io.tourbillon.coroutine.bridge.CompletionHandlers}), publishers of {@code
 * java.util.concurrent.Flow} ({@link io.tourbillon.coroutine.bridge.Publishers}), signals of the
 * operating system ({@link io.tourbillon.coroutine.bridge.OsSignals}), a signal that requests a
 * dump ({@link io.tourbillon.coroutine.bridge.DumpSignal}), and handlers of durable timers ({@link
 * io.tourbillon.coroutine.bridge.FiringCoroutines}).
 *
 * <pre>
 *   Publishers ─┬─ PublisherReader ───────── requests more values as values are received
 *               │    SerialSubscription ───── serializes its calls to the publisher
 *               └─ CoroutineSubscription ──── a subscriber, and the coroutine that serves it
 * </pre>
 */
@NullMarked
package io.tourbillon.coroutine.bridge;

import org.jspecify.annotations.NullMarked;
