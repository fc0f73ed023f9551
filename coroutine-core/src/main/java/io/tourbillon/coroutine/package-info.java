/**
 * Coroutines on event loops: {@link io.tourbillon.coroutine.CoroutineScheduler} makes them, {@link
 * io.tourbillon.coroutine.Coroutines} is what they can do, {@link io.tourbillon.coroutine.Engine}
 * is what carries their stacks.
 *
 * <h2>The life of a coroutine</h2>
 *
 * <ol>
 *   <li><b>spawn</b>: {@code LoopScheduler} makes a {@code CoroutineTask} and places it on the
 *       {@code EventLoop} that has the fewest, by its mailbox, or directly if the caller is on that
 *       loop.
 *   <li><b>run</b>: when its turn comes the loop has the engine's {@code Machinery} make a {@code
 *       Strand}, which carries the stack, and resumes that. The body begins.
 *   <li><b>suspend</b>: a method of {@code Coroutines} notes what the coroutine waits for, and
 *       until when, and gives the turn back by the strand; then the loop arms an entry of its wheel
 *       if there is a time to be heeded. Or the body is in a blocking call of the JDK, on the
 *       engine whose strands are virtual threads: then the JDK gives the turn back, and asks the
 *       {@code VirtualThreadPool} for a timer if it needs one.
 *   <li><b>resume</b>: the entry of the wheel expires, or a {@code Resumption} is settled by
 *       whatever thread and comes to the loop as a message, or the JDK submits the thread again.
 *       The coroutine is made ready, and runs when its turn comes, in the order of the {@code
 *       SchedulingPolicy}; turns are given by {@code Turns}.
 *   <li><b>done</b>: the body has returned or thrown; the loop completes the future of those who
 *       join.
 * </ol>
 *
 * <h2>Who owns what</h2>
 *
 * <pre>
 *   LoopScheduler ──────── any thread: places, closes
 *     EventLoop ────────── one thread: mailbox (any thread may send), wheel, ready queue
 *       Turns, ReadyQueue, TurnOrder   who is next, and for how long
 *       LoopCounts, LoopRecorder       written here, read by any thread
 *       Attachments ────── which of its coroutines are to end with another
 *       CoroutineTask ──── the loop, or the coroutine itself while it has the turn
 *         JoinableCoroutine  its face for any thread: state, end, cancellation
 *         Scope ────────── likewise: limits, shields, children and locals around the code that runs
 *         Strand ───────── the engine: the stack
 *       Settlement ─────── one compare-and-set decides between a callback and a cancellation:
 *                          ResumptionTask of a coroutine, ThreadResumption of another thread
 *   CoroutineScope ─────── its owner's; Children, behind a lock, what their ends mean for it
 *   Suspension, Resumption, Waiters  what channels and locks are made of, in packages of their own
 *   Engine ── Machinery ── how loops get threads and coroutines get strands
 *     VirtualThread...     a virtual thread scheduled by the loop; VirtualThreadPool, TimedWait and
 *                          RealTimeWaits face the JDK
 *     Continuation...      a raw continuation
 *     Handoff...           a stock virtual thread, and a flag that goes back and forth
 * </pre>
 *
 * <p>What coroutines share with each other and with threads, such as channels, stands on {@code
 * Suspension}, which anybody can use: it is in packages of its own, and knows no more of loops and
 * engines than users do.
 *
 * <p>A loop and its coroutines are never at work at the same time, so what they share needs no
 * atomic operation. What comes from other threads comes by the mailbox.
 *
 * <h2>What the flight recorder shows</h2>
 *
 * <p>While the JDK's flight recorder takes them, and at the price of a flag otherwise: {@code
 * tourbillon.SlowTurn}, {@code tourbillon.LoopStall} with the stack, {@code tourbillon.LateDelay}.
 */
@NullMarked
package io.tourbillon.coroutine;

import org.jspecify.annotations.NullMarked;
