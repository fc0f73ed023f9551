/**
 * Synchronizers for coroutines and threads.
 *
 * <pre>
 *   WaitQueue ────────────── the waiters of one synchronizer: enrol, try, wait, leave
 *   Mutex ── Claim ───────── one holder, and a queue of claims
 *     MutexCondition ─────── waiters without a signal; a signal moves a waiter to the mutex
 *   Semaphore ────────────── a number of permits, and a queue of requests
 *   Barrier ── Round ─────── the parties that have arrived since the last opening
 *   WaitGroup ────────────── a count, and the waiters for zero
 *   Event ────────────────── a flag, and the waiters for it
 *   RateLimiter
 *     Reservations ───────── a queue of requests, each with a timer of its own
 *       TokenBucket ──────── arithmetic on a clock
 *   Ticker ───────────────── the time of the next tick; one waiter at most
 * </pre>
 *
 * <table>
 *   <caption>Purpose, cost besides a wait, order of service, and the effect of giving up</caption>
 *   <tr><th>Class</th><th>Cost</th><th>Order</th><th>A caller that gives up</th></tr>
 *   <tr><td>{@link io.tourbillon.coroutine.sync.Mutex}: one holder at a time</td>
 *       <td>a short lock to take it, and one to give it back</td>
 *       <td>arrival order; the mutex is handed over, so nobody barges in</td>
 *       <td>leaves the queue; has not locked</td></tr>
 *   <tr><td>{@link io.tourbillon.coroutine.sync.MutexCondition}: changes of guarded state</td>
 *       <td>the same, and one wait for both the signal and the mutex</td>
 *       <td>arrival order</td>
 *       <td>holds the mutex again before it sees why</td></tr>
 *   <tr><td>{@link io.tourbillon.coroutine.sync.Semaphore}: a number of holders at a time</td>
 *       <td>as a mutex</td>
 *       <td>arrival order, whatever the number of permits</td>
 *       <td>leaves the queue, and those behind it may be served; has acquired none</td></tr>
 *   <tr><td>{@link io.tourbillon.coroutine.sync.Barrier}: all or none go on</td>
 *       <td>a short lock and an object for each party and round</td>
 *       <td>all go on together</td>
 *       <td>breaks the barrier for all, until it is reset</td></tr>
 *   <tr><td>{@link io.tourbillon.coroutine.sync.WaitGroup}: until a number of tasks is done</td>
 *       <td>a short lock</td>
 *       <td>all waiters go on together</td>
 *       <td>leaves, without an effect on others</td></tr>
 *   <tr><td>{@link io.tourbillon.coroutine.sync.Event}: until something has happened</td>
 *       <td>a volatile read while it is set, otherwise a short lock</td>
 *       <td>all waiters go on together</td>
 *       <td>leaves, without an effect on others</td></tr>
 *   <tr><td>{@link io.tourbillon.coroutine.sync.RateLimiter}: a number of permits in a time</td>
 *       <td>a short lock, a read of the clock and some divisions; a timer for a wait</td>
 *       <td>arrival order</td>
 *       <td>gives its reservation to those behind it</td></tr>
 *   <tr><td>{@link io.tourbillon.coroutine.sync.Ticker}: periodic work</td>
 *       <td>a short lock and a timer for each tick</td>
 *       <td>one caller at a time</td>
 *       <td>leaves the tick to the next call</td></tr>
 * </table>
 *
 * <p>All of them serve coroutines of any scheduler, which are suspended while they wait, and
 * threads, which are blocked. Calls that may wait are suspension points: a cancelled coroutine sees
 * its cancellation there, whether it has to wait or not. A thread that is interrupted while it
 * waits gives up with a {@link java.util.concurrent.CancellationException} and stays interrupted. A
 * grant that came first counts: the call returns, and the next suspension point throws. So nothing
 * is lost and nothing is granted twice.
 *
 * <p>A {@code Select} of package {@code channel} can wait for most of them, by {@code
 * Mutex.onLock}, {@code Semaphore.onAcquire}, {@code ReadWriteMutex.onReadLock}, {@code
 * Event.onSet}, {@code WaitGroup.onZero} and {@code Ticker.onTick}. Those methods return a {@link
 * io.tourbillon.coroutine.Selectable}, so neither package knows the other. There is none for a
 * barrier, which a party that leaves breaks for all, nor for a condition, which takes the mutex
 * with the signal.
 *
 * <p>The internal locks are held for some ten nanoseconds. Nobody waits and no user code runs under
 * them. So all of this can be held across suspensions on every {@link
 * io.tourbillon.coroutine.Engine}; monitors and the locks of the JDK can on some.
 *
 * <p>No name here but {@code Semaphore} is one of {@code java.util.concurrent} or {@code
 * java.util.concurrent.locks}. Code that imports all of both names {@code Semaphore} in an import
 * of its own.
 */
@NullMarked
package io.tourbillon.coroutine.sync;

import org.jspecify.annotations.NullMarked;
