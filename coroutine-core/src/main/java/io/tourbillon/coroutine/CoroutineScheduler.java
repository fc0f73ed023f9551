package io.tourbillon.coroutine;

import io.tourbillon.timer.Clock;
import io.tourbillon.timer.TaskDecorator;
import io.tourbillon.timer.TimerService;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Runs coroutines on event loops. Each loop is one thread with a timing wheel of its own. On {@link
 * Engine#PLAIN_THREAD}, the default engine of a JVM without a flag, there are no such loops:
 * coroutines are virtual threads of the JDK.
 *
 * <pre>{@code
 * try (CoroutineScheduler scheduler = CoroutineScheduler.create()) {
 *   Coroutine<String> greeting = scheduler.spawn(() -> {
 *     Coroutines.delay(Duration.ofSeconds(1));      // the thread runs other coroutines
 *     return "hello";
 *   });
 *   System.out.println(greeting.join());
 * }
 * }</pre>
 *
 * <p><b>Where a coroutine runs.</b> Code on a loop, such as a coroutine, spawns to that loop, so
 * the two can talk without waking another, unless another loop has far fewer coroutines. Other
 * threads spawn to a loop that has little to do. If a coroutine has waited to begin for 50 us, a
 * loop that would rest takes it over, after that time or a few milliseconds later.
 *
 * <p>A coroutine that has begun can move while it is ready and waits for its turn, on {@link
 * Engine#VIRTUAL_THREAD} and {@link Engine#HANDOFF}. It moves to a loop that would rest, if turns
 * on its own loop take microseconds, or wait for milliseconds; on VIRTUAL_THREAD also to a loop
 * whose coroutines resume it again and again. {@link SpawnOptions#here} and {@link
 * SpawnOptions#onLoop} choose the loop for life. Also a coroutine that has spawned another with
 * {@code here()} stays, as do generators and others that {@link Coroutines#spawnAttached} starts,
 * and their owners. With a clock that is not the system's, and for coroutines with a rate, no loop
 * takes anything over.
 *
 * <p><b>A turn that holds its loop.</b> Coroutines of one loop never run at the same time, and each
 * runs until it suspends: a long computation delays those that wait there. Which other calls block
 * a loop depends on the {@link Engine}. If a coroutine holds a loop for 5 ms while another loop
 * rests, those that are ready and can move leave the held loop: the first ones 5 to 10 ms after the
 * turn began, or up to 30 ms if the loops had little to do before, and then up to a thousand every
 * 5 ms. Those that the coroutine makes ready later in this turn follow. For 200 ms after such a
 * turn, the loop lets others go before its next turn. A thread of the scheduler looks after this,
 * independent of the watchdog, and rests soon after all loops do.
 *
 * <p>What is suspended on the held loop stays there until the turn ends. Delays, limits and sockets
 * are late, and so is what other threads resume, or the JDK after a blocking call. The limit of a
 * {@link CoroutineScope} that was opened there is late as well, also if its owner has left. A
 * thread of {@link #threadFactory} or a task of {@link #timers} that holds a loop delays everything
 * there that has begun.
 *
 * <p>On {@link Engine#PLAIN_THREAD} loops give no turns, so nothing of this applies: coroutines run
 * on the carriers of the JDK, at the same time.
 *
 * <p>Thread-safe. Loops are daemon threads.
 */
public interface CoroutineScheduler extends AutoCloseable {
  /**
   * Returns a new scheduler with a loop for each processor. It uses {@link Engine#VIRTUAL_THREAD}
   * if the JVM was started with the flag of that engine; otherwise it uses {@link
   * Engine#PLAIN_THREAD}, where {@link SpawnOptions#here} and {@link SpawnOptions#onLoop} are
   * refused, and logs a warning.
   */
  static CoroutineScheduler create() {
    return builder().build();
  }

  /** Returns a builder with the default options. */
  static Builder builder() {
    return Implementation.KERNEL.newBuilder();
  }

  /**
   * Starts a coroutine. It has no parent: a coroutine that is spawned by another continues when
   * that one ends or is cancelled. To tie a coroutine to its parent, use a {@link CoroutineScope}.
   * Takes less than a microsecond; the body begins when its loop has a turn for it.
   *
   * @throws RejectedExecutionException if the scheduler is closed
   */
  <T extends @Nullable Object> Coroutine<T> spawn(Callable<T> body);

  /** Starts a coroutine without a result, as {@link #spawn(Callable)} does. */
  Coroutine<@Nullable Void> spawn(Action body);

  /**
   * Starts a coroutine with options, such as a name or a priority, as {@link #spawn(Callable)}
   * does.
   */
  <T extends @Nullable Object> Coroutine<T> spawn(SpawnOptions options, Callable<T> body);

  /** Starts a coroutine with options and without a result, as {@link #spawn(Callable)} does. */
  Coroutine<@Nullable Void> spawn(SpawnOptions options, Action body);

  /**
   * Returns the timer service of this scheduler, which uses its clock and runs tasks on the loops,
   * between the turns of coroutines. Tasks are no coroutines. On {@link Engine#VIRTUAL_THREAD} a
   * task that waits frees its loop. On {@link Engine#PLAIN_THREAD} each task runs in a virtual
   * thread of its own, and may wait: tasks run at the same time and in any order, also those of
   * {@code asScheduledExecutor()}. On the other engines a task that blocks blocks the loop, and one
   * that waits for a coroutine, a channel or a lock of this library gets an {@link
   * IllegalStateException}.
   *
   * <p>Each call returns the same object. It records statistics if the scheduler does, and has the
   * decorator of the scheduler. Closing the scheduler closes it when the last coroutine has ended
   * or the grace is over.
   */
  TimerService timers();

  /**
   * Returns a factory of virtual threads that run on the loops, for code that does not know
   * coroutines. {@code Thread.sleep}, timed waits, locks and sockets free the loop, and timed waits
   * are entries of its wheel.
   *
   * <p>The threads are no coroutines: a close of the scheduler neither waits for them nor cancels
   * them. They can continue after the close, since a loop that has ended gets another thread when
   * one of them needs it. But the factory refuses to make more, so stop a server that uses it
   * before you close the scheduler. The same holds for virtual threads that a coroutine or one of
   * these threads starts, which the JDK puts on the loop of that thread.
   *
   * <p>Once a close of the scheduler has begun, the factory throws {@link
   * RejectedExecutionException}; a coroutine of the scheduler may use it until the grace is over.
   *
   * <p>On {@link Engine#PLAIN_THREAD} the threads are virtual threads of the JDK's own scheduler,
   * and their waits are no entries of a wheel.
   *
   * @throws UnsupportedOperationException if the engine is neither {@link Engine#VIRTUAL_THREAD}
   *     nor {@link Engine#PLAIN_THREAD}; the message names the missing flag
   */
  ThreadFactory threadFactory();

  /**
   * Returns a new executor that starts a thread of {@link #threadFactory} for each task, as {@link
   * java.util.concurrent.Executors#newThreadPerTaskExecutor} does. The caller must close it. If the
   * scheduler has a {@linkplain Builder#decorator(CoroutineDecorator) decorator}, it wraps each
   * task.
   *
   * @throws UnsupportedOperationException if {@link #threadFactory} throws it
   */
  ExecutorService asExecutor();

  /**
   * Returns whether a close has begun. The scheduler then accepts new coroutines only from its own
   * coroutines.
   */
  boolean isShutdown();

  /** Returns the engine that carries its coroutines. */
  Engine engine();

  /**
   * Returns statistics: what has happened so far, and the current state. Takes some microseconds
   * for each loop and stops none. The numbers are read one after the other, so they may not match
   * exactly.
   */
  CoroutineStats stats();

  /**
   * Returns a dump of coroutines that have not ended: first those in deadlocks, then the youngest
   * of each loop, with their parents. Each loop answers between two turns, in a fraction of a
   * microsecond for each coroutine; the caller does the rest. The caller waits for at most some
   * tenths of a second, or longer for very many coroutines. A loop that does not answer by then is
   * listed as silent, with the coroutine that holds it.
   *
   * @param most the maximum number of coroutines in the dump; there may be millions
   * @throws IllegalArgumentException if {@code most} is negative
   */
  CoroutineDump dump(int most);

  /**
   * Refuses new coroutines and waits until all coroutines have ended, however long that takes,
   * unless {@link Builder#closeGrace} sets a limit. The coroutines can still do everything, such as
   * spawn others, for which this waits, too. After 10, 20, 40 seconds and so on, a warning in the
   * log names up to twenty coroutines that have not ended. If the calling thread is interrupted
   * while it waits, this cancels all coroutines, waits as {@link #close(Duration)} does, and leaves
   * the interrupt status set.
   *
   * @throws IllegalStateException if one of its own coroutines calls this
   */
  @Override
  void close();

  /**
   * Refuses new coroutines and waits until all coroutines have ended, as {@link #close()} does, but
   * only for a grace. Then it refuses everything, cancels the coroutines that are left, and waits
   * until a second has passed in which none of them ended. The log names up to twenty coroutines
   * that have not ended by then; they continue on daemon threads.
   *
   * @param grace how long to wait before cancelling; zero cancels at once
   * @return true if all coroutines have ended, by themselves or cancelled
   * @throws IllegalArgumentException if the grace is negative
   * @throws IllegalStateException if one of its own coroutines or loops calls this
   */
  boolean close(Duration grace);

  /**
   * Options of a scheduler; each method returns this builder. Not thread-safe. A builder may build
   * any number of schedulers.
   */
  interface Builder {
    /**
     * Sets the number of event loops. The default is one for each processor. After {@code
     * loops(1)}, coroutines never run at the same time, unless {@link #engine} sets {@link
     * Engine#PLAIN_THREAD}. A default of one loop does not promise that.
     *
     * @param loops from 1 to 1024
     * @throws IllegalArgumentException if the number is out of that range
     */
    Builder loops(int loops);

    /**
     * Sets the engine. {@link #build} fails if this JVM cannot run it. It also fails if the engine
     * is {@link Engine#PLAIN_THREAD} and there is a policy, or the loops are inside Netty. The
     * default is {@link Engine#VIRTUAL_THREAD}. If this JVM cannot run that, a warning is logged
     * and the engine is {@link Engine#PLAIN_THREAD}, or {@link Engine#HANDOFF} if an option needs
     * turns: {@code loops(1)}, a policy other than {@link SchedulingPolicy#fifo}, loops inside
     * Netty.
     */
    Builder engine(Engine engine);

    /**
     * Sets the clock. The default is the system's. A {@link io.tourbillon.timer.VirtualClock} makes
     * tests fast and exact. It governs the delays and timeouts of {@link Coroutines}, {@code
     * Object.wait(ms)} and {@code LockSupport.parkNanos}. But {@code Thread.sleep} and the timed
     * waits of java.util.concurrent also read the system's clock. A thread that does so while
     * virtual time leaps is {@linkplain #realTimeWaitHandler reported} and waits in real time.
     */
    Builder clock(Clock clock);

    /**
     * Sets the prefix for the names of the loops' threads and of coroutines without a name. A timer
     * service of the scheduler has a name of its own.
     */
    Builder name(String name);

    /**
     * Sets the resolution of delays and timeouts. The default is 1 ms.
     *
     * @param tick from 10 us to an hour
     * @throws IllegalArgumentException if the tick is out of that range
     */
    Builder tick(Duration tick);

    /**
     * Sets the limit of the watchdog. The watchdog reports a turn that holds a loop for 1.0 to 1.5
     * times the limit, or later on a busy machine, to the {@link #stallHandler} while the turn
     * lasts. The default is 100 ms. Costs a thread for each loop, which sleeps while the loop does.
     * Always uses the system's clock. {@link Engine#PLAIN_THREAD} has no turns and no watchdog.
     * Coroutines that are ready leave a loop that is held with or without a watchdog: see {@link
     * CoroutineScheduler}.
     *
     * <p>While the garbage collector or the operating system stops the process, the watchdog cannot
     * run either. It notices that, and does not count the time. But a pause of less than half the
     * limit may count.
     *
     * @param bound from 1 ms to a day, or {@link Duration#ZERO} for no watchdog
     * @throws IllegalArgumentException if the limit is out of that range
     */
    Builder watchdog(Duration bound);

    /**
     * Sets the handler that the watchdog's thread calls for turns that take too long. The default
     * handler logs at most one warning in ten seconds, which says how many it left out. {@link
     * CoroutineStats#stalls} counts all.
     */
    Builder stallHandler(Consumer<? super LoopStall> handler);

    /**
     * Sets the handler for waits by the system's clock in a scheduler with another clock, on {@link
     * Engine#VIRTUAL_THREAD}. It is called once for several such waits in a row of the same thread,
     * in a virtual thread on the loop: it may block, but must not compute for long. The default
     * handler logs a warning.
     */
    Builder realTimeWaitHandler(Consumer<? super RealTimeWait> handler);

    /**
     * Sets how long a turn may last before {@link Coroutines#checkpoint} lets others go first. The
     * default is half a millisecond. The time is counted from the loop's last reading of its clock,
     * so it may include a few short turns before.
     *
     * @throws IllegalArgumentException if the budget is negative
     */
    Builder budget(Duration budget);

    /**
     * Sets how many calls of {@link Coroutines#blocking} run at a time, each on a platform thread;
     * others wait. The default is 64. Threads are started on demand, and end after ten seconds
     * without a call.
     *
     * @param most at least 1
     * @throws IllegalArgumentException if it is less
     */
    Builder blockingThreads(int most);

    /**
     * Sets the order in which ready coroutines get their turns. The default is {@link
     * SchedulingPolicy#fifo}.
     */
    Builder policy(SchedulingPolicy policy);

    /**
     * Lets the loops measure how late they are, how long coroutines wait for turns and how long
     * turns take, for {@link CoroutineScheduler#stats}. Off by default; the counts are always
     * there. Costs a reading of the clock for every few turns, and some 200 kB for each loop.
     */
    Builder recordStats();

    /** Turns the measurements of {@link #recordStats()} on or off. */
    Builder recordStats(boolean recordStats);

    /**
     * Lets each coroutine remember where it was spawned, for {@link CoroutineScheduler#dump}: the
     * innermost call outside this library and the JDK. Off by default. Costs some microseconds for
     * each spawn, and some hundred bytes for each coroutine.
     */
    Builder recordCreationSites();

    /**
     * Sets how long {@link CoroutineScheduler#close()} waits before it cancels what is left, as
     * {@link CoroutineScheduler#close(Duration)} does with this grace. Unlimited by default: a
     * coroutine that never ends keeps close() from returning. Set it where other code calls close()
     * and the process must end, as in a container that closes its beans.
     *
     * @param grace zero cancels at once
     * @throws IllegalArgumentException if the grace is negative
     */
    Builder closeGrace(Duration grace);

    /** Sets the handler for failures that no code has seen. The default handler logs them. */
    Builder exceptionHandler(CoroutineExceptionHandler handler);

    /**
     * Sets what wraps the body of each coroutine, to carry context from the code that spawns it. By
     * default there is no decorator, which costs one test for each coroutine. With one, a coroutine
     * takes about 100 bytes more while it lives, and what the decorator makes. This replaces a
     * decorator that was set before; {@link CoroutineDecorator#around} combines two.
     */
    Builder decorator(CoroutineDecorator decorator);

    /**
     * Sets what wraps the body of each coroutine, and each task of {@link
     * CoroutineScheduler#timers}, of {@link CoroutineScheduler#asExecutor} and of {@link
     * Coroutines#blocking}: the same decorator that a {@code TimerService} takes. Short for {@code
     * decorator(CoroutineDecorator.of(decorator))}.
     */
    Builder decorator(TaskDecorator decorator);

    /**
     * Sets the listener for the events of coroutines. By default there is none, which costs as much
     * as {@link CoroutineListener} says. With one, a coroutine takes some 100 bytes more.
     */
    Builder listener(CoroutineListener listener);

    /**
     * Builds the scheduler and starts its loops.
     *
     * @throws UnsupportedOperationException if this JVM cannot run the engine that was set, or
     *     cannot give its coroutines the thread-locals of their own that a decorator needs; the
     *     message names the missing flag
     */
    CoroutineScheduler build();
  }
}
