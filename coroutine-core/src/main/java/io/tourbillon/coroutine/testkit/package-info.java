/**
 * Tests of coroutines on the scheduler of production, with a virtual clock, and with orders of
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
 * <p>When the test fails, the failure names the seed, and {@code new
 * Simulation().seed(0x2AL).run(...)} runs it again.
 *
 * <h2>Time</h2>
 *
 * <p>Time is that of a {@link io.tourbillon.timer.VirtualClock}. It stands still while anything
 * runs, and jumps to the next event when everything waits: delays, limits, {@code Object.wait(ms)},
 * {@code parkNanos}, and the tickers and limiters that the body has created. Time stands still
 * while a {@link io.tourbillon.coroutine.Coroutines#blocking} call is in progress, but not while a
 * socket or a future of another thread is awaited: a limit around those is over at once. So put
 * calls to the outside into {@code blocking}.
 *
 * <p>{@code Thread.sleep} and the timed waits of java.util.concurrent read the clock of the system.
 * On {@link io.tourbillon.coroutine.Engine#VIRTUAL_THREAD} they are detected and fail the run; a
 * wait of a few milliseconds may pass. On CONTINUATION and HANDOFF they block the loop in real
 * time, as in production. A JVM without flags runs simulations on HANDOFF, which gives turns, and
 * warns of it: its schedulers outside of simulations run coroutines at the same time. Give the
 * tests the flag of VIRTUAL_THREAD, as production.
 *
 * <h2>Orders</h2>
 *
 * <p>With a seed, chance decides which of the ready coroutines runs next: those that were resumed,
 * those whose delays have ended in the same tick, those that were spawned. The suspension points of
 * this library let others run first even if they need not wait, and so does {@code checkpoint} (but
 * not {@code checkCancelled}). Between any two of them others may have had turns, as if they were
 * on other loops. Code between two suspension points is never divided, so races on plain memory are
 * not found here. Queues of waiters, such as that of a mutex, keep their order, as it is
 * guaranteed.
 *
 * <p>On one engine, the same seed gives the same order, as long as nothing but coroutines of the
 * run decides anything. These break that:
 *
 * <ul>
 *   <li>other threads: {@code blocking} calls, sockets, futures that others complete, and the
 *       {@code timers()} of the scheduler, whose driver is a thread: times are exact, but the order
 *       of events of the same time is not;
 *   <li>monitors on {@code Engine.VIRTUAL_THREAD}, as the JDK wakes their waiters in a thread of
 *       its own;
 *   <li>code that reads the clock of the system, a random generator of its own, or identity hash
 *       codes. {@link io.tourbillon.coroutine.Suspension#random} follows the seed.
 * </ul>
 *
 * <p>{@code explore} runs a seed that has failed once more, and says so if the second run went
 * another way.
 *
 * <h2>Ends</h2>
 *
 * <p>When the body ends, time stops. Coroutines that can go on do; one that is left then is a
 * failure, and is cancelled. Attach a helper that should end with the body to it ({@link
 * io.tourbillon.coroutine.Coroutines#spawnAttached}). If a coroutine fails and no code joins it
 * within a second of virtual time, or before the body ends, the run fails; production would log the
 * failure. When all coroutines wait and nothing is due, the run fails with a deadlock: at once if
 * coroutines wait for each other, otherwise after a grace in real time, since something from
 * outside could still come.
 */
@NullMarked
package io.tourbillon.coroutine.testkit;

import org.jspecify.annotations.NullMarked;
