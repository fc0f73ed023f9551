/**
 * What coroutines and threads agree on: who may go on, and when.
 *
 * <pre>
 *   Mutex ── Claim ───────── one lock, and who will hold it next
 *     MutexCondition ─────── who waits for news; whoever is told has a claim on the mutex
 *   Semaphore ────────────── how many are left, and requests in a row
 *   Barrier ── Round ─────── who has come, from one opening to the next
 *   WaitGroup ────────────── a count, and who waits for zero
 *   Event ────────────────── set or not, and who waits for that
 *   RateLimiter
 *     Reservations ───────── who waits, each by a timer of its own, in a row
 *       TokenBucket ──────── arithmetic on a clock
 *   Ticker ───────────────── the time of the next tick
 * </pre>
 *
 * <table>
 *   <caption>What there is, what it costs besides a wait, who is first, and what giving up does</caption>
 *   <tr><th>What</th><th>Cost</th><th>Order</th><th>One who gives up</th></tr>
 *   <tr><td>{@link io.tourbillon.coroutine.sync.Mutex}: one at a time</td>
 *       <td>a short lock each to take and to give back</td>
 *       <td>first come, first served; handed over, so nobody barges in</td>
 *       <td>leaves the row; has not locked</td></tr>
 *   <tr><td>{@link io.tourbillon.coroutine.sync.MutexCondition}: news about what a mutex guards</td>
 *       <td>the same, and one wait for both the news and the mutex</td>
 *       <td>first come, first told</td>
 *       <td>holds the mutex again before it sees why</td></tr>
 *   <tr><td>{@link io.tourbillon.coroutine.sync.Semaphore}: so many at a time</td>
 *       <td>as a mutex</td>
 *       <td>first come, first served, those who want many too</td>
 *       <td>leaves the row, and those behind may be served; has acquired none</td></tr>
 *   <tr><td>{@link io.tourbillon.coroutine.sync.Barrier}: all or none go on</td>
 *       <td>a short lock and an object for each party and round</td>
 *       <td>all go on together</td>
 *       <td>breaks the barrier for all, until it is reset</td></tr>
 *   <tr><td>{@link io.tourbillon.coroutine.sync.WaitGroup}: until so many are done</td>
 *       <td>a short lock</td>
 *       <td>all who wait go on together</td>
 *       <td>leaves, and changes nothing</td></tr>
 *   <tr><td>{@link io.tourbillon.coroutine.sync.Event}: until something has happened</td>
 *       <td>a look while it is set, otherwise a short lock</td>
 *       <td>all who wait go on together</td>
 *       <td>leaves, and changes nothing</td></tr>
 *   <tr><td>{@link io.tourbillon.coroutine.sync.RateLimiter}: so many in a time</td>
 *       <td>a short lock, a read of the clock and some divisions; a timer for who waits</td>
 *       <td>first come, first served</td>
 *       <td>gives back what it has reserved, to those behind it</td></tr>
 *   <tr><td>{@link io.tourbillon.coroutine.sync.Ticker}: again and again</td>
 *       <td>a short lock and a timer for each tick</td>
 *       <td>for one at a time</td>
 *       <td>the tick is there for the next call</td></tr>
 * </table>
 *
 * <p>All of them are for coroutines, which are suspended while they wait, of whatever schedulers;
 * and for threads, which are blocked. Calls that may wait are suspension points: a cancelled
 * coroutine sees that there, whether they would have to wait or not; a thread that is interrupted
 * while it waits gives up with a {@link java.util.concurrent.CancellationException} and stays
 * interrupted. What was granted just before has been granted: the call returns, and the next
 * suspension point throws. So nothing is lost and nothing is granted twice.
 *
 * <p>The locks inside are held for some ten nanoseconds; nobody waits, and no code of users runs,
 * while they are. So all this can be held across suspensions on every {@link
 * io.tourbillon.coroutine.Engine}, unlike monitors and the locks of the JDK; that is what it is
 * for.
 *
 * <p>No name here is one of {@code java.util.concurrent} or {@code java.util.concurrent.locks}, so
 * that code can import all of both. That is why the semaphore is called {@code Semaphore}.
 */
@NullMarked
package io.tourbillon.coroutine.sync;

import org.jspecify.annotations.NullMarked;
