/**
 * What the JDK calls back with, turned into waiting: completion handlers of asynchronous channels
 * ({@link io.tourbillon.coroutine.bridge.CompletionHandlers}), publishers of {@code
 * java.util.concurrent.Flow}, both ways ({@link io.tourbillon.coroutine.bridge.Publishers}), and
 * signals of the operating system ({@link io.tourbillon.coroutine.bridge.OsSignals}). For
 * coroutines and for threads. And a signal that asks for a dump ({@link
 * io.tourbillon.coroutine.bridge.DumpSignal}).
 *
 * <pre>
 *   Publishers ─┬─ PublisherReader ───────── asks for more as values are taken
 *               │    SerialSubscription ───── what it says to the publisher, one by one
 *               └─ CoroutineSubscription ──── a subscriber, and the coroutine that serves it
 * </pre>
 */
@NullMarked
package io.tourbillon.coroutine.bridge;

import org.jspecify.annotations.NullMarked;
