/**
 * Tests of coroutines, on the scheduler of production: time that moves by itself, and orders of
 * turns that can be tried by the thousand and replayed.
 *
 * <pre>{@code
 * @Test
 * void transfers_loseNothing() {
 *   new Simulation().explore(1000, () -> {
 *     Account from = new Account(100);
 *     Account to = new Account(0);
 *     try (CoroutineScope scope = CoroutineScope.open(Policy.FAIL_FAST)) {
 *       scope.spawn(() -> from.transfer(10, to));
 *       scope.spawn(() -> from.transfer(20, to));
 *       scope.join();
 *     }
 *     assertEquals(30, to.balance());
 *   });
 * }
 * }</pre>
 *
 * <p>When that fails, the failure names the seed, and {@code new Simulation().seed(0x2AL).run(...)}
 * sees it again.
 *
 * <h2>Time</h2>
 *
 * <p>A {@link io.tourbillon.timer.VirtualClock} that stands still while anything runs, and leaps to
 * the next event when everything waits: delays, limits, {@code Object.wait(ms)}, {@code parkNanos},
 * tickers and limiters that were made in the body. It is held while a {@link
 * io.tourbillon.coroutine.Coroutines#blocking} call is under way, but not by a socket, or by a
 * future that another thread will complete: a limit around those is over at once. So calls on the
 * outside belong into {@code blocking}.
 *
 * <p>{@code Thread.sleep} and the timed waits of java.util.concurrent read the system's clock. On
 * {@link io.tourbillon.coroutine.Engine#VIRTUAL_THREAD} they are found out, and fail the run; on
 * the other engines they hold up the loop in real time, as in production. A JVM without flags runs
 * simulations on {@code Engine.HANDOFF}, and warns of it: give the tests the flags of production.
 *
 * <h2>Orders</h2>
 *
 * <p>With a seed, chance decides who of those that are ready is next: those that have been resumed,
 * whose delays have ended in the same tick, that were spawned. The suspension points of this
 * library let others go first even if they need not wait, and so does {@code checkpoint} (but not
 * {@code checkCancelled}): between any two of them, others may have had turns, as if they were on
 * other loops. What happens between two suspension points is never divided, so races of plain
 * memory are not found here. Rows of those who wait, for a mutex for one, keep their order, as that
 * is promised.
 *
 * <p>The same seed gives the same order, on one engine, as long as nothing but coroutines of the
 * run decides anything. These do, and end that:
 *
 * <ul>
 *   <li>other threads: {@code blocking} calls, sockets, futures that somebody else completes, and
 *       the {@code timers()} of the scheduler, whose driver is a thread: times are exact, but the
 *       order among what is due at the same time is not;
 *   <li>monitors on {@code Engine.VIRTUAL_THREAD}, as the JDK wakes those who wait for one by a
 *       thread of its own;
 *   <li>code that asks the system's clock, a random generator of its own, or identity hash codes.
 *       {@link io.tourbillon.coroutine.Suspension#random} goes by the seed.
 * </ul>
 *
 * <p>{@code explore} runs a seed that has failed once more, and says so if that went another way.
 *
 * <h2>Ends</h2>
 *
 * <p>When the body ends time stops; those that can go on do, and who is left then is a failure, and
 * is cancelled. A helper that is to end with the body is attached to it ({@link
 * io.tourbillon.coroutine.Coroutines#spawnAttached}). A coroutine that fails and is joined by
 * nobody within a second of the run's time, or by its end, ends the run, as it would have been
 * logged in production. When everything waits and nothing is due, that is a deadlock: at once if
 * some wait for each other, and else, as something from outside could change it, after a grace in
 * real time.
 */
@NullMarked
package io.tourbillon.coroutine.testkit;

import org.jspecify.annotations.NullMarked;
