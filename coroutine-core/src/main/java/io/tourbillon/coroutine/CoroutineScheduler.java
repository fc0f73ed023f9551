package io.tourbillon.coroutine;

import io.tourbillon.timer.Clock;
import io.tourbillon.timer.TimerService;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Runs coroutines on event loops, each of which is one thread with a timing wheel of its own.
 *
 * <pre>{@code
 * try (CoroutineScheduler scheduler = CoroutineScheduler.create()) {
 *   Coroutine<String> greeting = scheduler.spawn(() -> {
 *     Coroutines.delay(Duration.ofSeconds(1));      // the thread is free meanwhile
 *     return "hello";
 *   });
 *   System.out.println(greeting.join());
 * }
 * }</pre>
 *
 * <p>A coroutine stays on the loop where it was placed, the one with the fewest. Two coroutines of
 * one loop never run at the same time, and one runs until it suspends: a long computation holds up
 * all others of its loop. What blocks a loop besides that depends on the {@link Engine}.
 *
 * <p>All methods may be called by any thread. Loops are daemons.
 */
public interface CoroutineScheduler extends AutoCloseable {
  /**
   * A scheduler with a loop for each processor, on {@link Engine#VIRTUAL_THREAD} if the JVM was
   * started with its flag, and otherwise on {@link Engine#HANDOFF}, which a line in the log says.
   */
  static CoroutineScheduler create() {
    return builder().build();
  }

  /** Configures a scheduler. */
  static Builder builder() {
    return Implementation.KERNEL.newBuilder();
  }

  /**
   * Starts a coroutine. It belongs to nobody: one that is spawned by another goes on when that ends
   * or is cancelled, until it is cancelled itself or the scheduler is closed. Takes less than a
   * microsecond; the body begins when its loop gets to it.
   *
   * @throws RejectedExecutionException if the scheduler is closed
   */
  <T extends @Nullable Object> Coroutine<T> spawn(Callable<T> body);

  /** As {@link #spawn(Callable)}, for a body without a result. */
  Coroutine<@Nullable Void> spawn(Action body);

  /** As {@link #spawn(Callable)}, with a name, a group, a priority, a rate. */
  <T extends @Nullable Object> Coroutine<T> spawn(SpawnOptions options, Callable<T> body);

  /** As {@link #spawn(Action)}, with options. */
  Coroutine<@Nullable Void> spawn(SpawnOptions options, Action body);

  /**
   * A timer service by this scheduler's clock, whose tasks run on the loops, between the turns of
   * coroutines. They are no coroutines: on {@link Engine#VIRTUAL_THREAD} one that waits frees its
   * loop, on the others one that blocks holds it up, and one that waits for a coroutine, a channel
   * or a lock of this library is refused with an IllegalStateException. The same object each time,
   * recording statistics if the scheduler does. It is closed when the last coroutine of a scheduler
   * that is being closed has ended, or the grace is over.
   */
  TimerService timers();

  /**
   * Makes virtual threads that run on the loops, for other people's code: {@code Thread.sleep},
   * timed waits of all kinds, locks and sockets free the loop, and waits are entries of its wheel.
   * They are no coroutines: nobody waits for them or cancels them when the scheduler is closed, and
   * they go on then: a loop that has ended gets another thread when one of them needs it. But the
   * factory refuses to make more, so a server that has it is to be stopped before. The same holds
   * for virtual threads that are started inside a coroutine or one of them, which the JDK puts on
   * the same loop.
   *
   * <p>The factory throws {@link RejectedExecutionException} once a close of the scheduler has
   * begun, but for a coroutine of it, which may use it until the grace is over.
   *
   * @throws UnsupportedOperationException naming the flag that is missing, unless the engine is
   *     {@link Engine#VIRTUAL_THREAD}
   */
  ThreadFactory threadFactory();

  /**
   * A new executor that starts a thread of {@link #threadFactory} for each task, as {@link
   * java.util.concurrent.Executors#newThreadPerTaskExecutor} does; closing it is the caller's
   * affair.
   *
   * @throws UnsupportedOperationException as for {@link #threadFactory}
   */
  ExecutorService asExecutor();

  /** Whether a close has begun: it refuses new coroutines, but for those that its own spawn. */
  boolean isClosed();

  /** What carries its coroutines. */
  Engine engine();

  /**
   * What has happened so far, and how it stands now. Takes some microseconds for each loop, stops
   * none, and may be called by any thread; the numbers are taken one after the other.
   */
  CoroutineStats stats();

  /**
   * Coroutines that have not ended, those who wait for each other first, and then the youngest of
   * each loop, with their parents. Asks the loops, between two turns of theirs, and waits some
   * tenths of a second for them at most, and longer if it is for very many; one that is held up
   * that long says nothing, but for the coroutine that holds it. Holds up each loop for a fraction
   * of a microsecond for each coroutine; the rest is done by the caller.
   *
   * @param most how many to name, which is to be bounded where there may be millions
   * @throws IllegalArgumentException if that is negative
   */
  CoroutineDump dump(int most);

  /**
   * Refuses new coroutines and waits until those that there are have ended, however long it takes,
   * unless {@link Builder#closeGrace} sets a limit. They can do all that they could before, such as
   * to spawn others, for which this waits too. After ten seconds a warning in the log names the
   * coroutines that it waits for, up to twenty; further warnings follow after 20 s, 40 s and so on.
   * If the calling thread is interrupted meanwhile, cancels them all, waits as {@link
   * #close(Duration)} does, and leaves the interrupt status set.
   *
   * @throws IllegalStateException if called by one of its own coroutines
   */
  @Override
  void close();

  /**
   * Refuses new coroutines, waits until those that there are have ended, which can do all that they
   * could before, and when the grace is over refuses everything, cancels the others and waits until
   * a second has passed in which none of them has ended. Who has not ended by then is named in the
   * log, up to twenty; they are daemons, and go on. Within a long grace the log says who is waited
   * for, as for {@link #close()}.
   *
   * @param grace zero cancels at once
   * @return whether all have ended, by themselves or cancelled
   * @throws IllegalArgumentException if the grace is negative
   * @throws IllegalStateException if called by one of its own coroutines or loops; a call inside
   *     {@link Coroutines#blocking} is not found out, and waits for its own coroutine
   */
  boolean close(Duration grace);

  /**
   * Options of a scheduler; each method returns this builder. Not thread-safe. A builder may build
   * any number of schedulers.
   */
  interface Builder {
    /**
     * How many event loops, each a thread; by default one for each processor.
     *
     * @param loops from 1 to 1024
     * @throws IllegalArgumentException if it is out of that range
     */
    Builder loops(int loops);

    /** What carries the coroutines; asked for, it must be available. */
    Builder engine(Engine engine);

    /**
     * The clock, by default the system's. A {@link io.tourbillon.timer.VirtualClock} makes tests
     * fast and exact. It governs the delays and timeouts of {@link Coroutines}, {@code
     * Object.wait(ms)} and {@code LockSupport.parkNanos}; but {@code Thread.sleep} and the timed
     * waits of java.util.concurrent look at the system's clock besides. A thread that does so while
     * time leaps is {@linkplain #realTimeWaitHandler reported}, and its wait is one in real time.
     */
    Builder clock(Clock clock);

    /** What the names of its threads and of coroutines without a name begin with. */
    Builder name(String name);

    /**
     * The resolution of delays and timeouts, 1 ms by default.
     *
     * @param tick from 100 us to an hour
     * @throws IllegalArgumentException if it is out of that range
     */
    Builder tick(Duration tick);

    /**
     * Watches for turns that hold a loop for longer than a bound, by 100 ms by default, and tells
     * the {@link #stallHandler} of each while it lasts. Costs a thread for each loop, which rests
     * while the loop does. Goes by the system's clock always.
     *
     * <p>While a collection or a stopped process holds up everything, the watchdog cannot run
     * either; it notices, and that time counts for no turn. But a pause of less than half the bound
     * may count.
     *
     * @param bound from 1 ms to a day, or {@link Duration#ZERO} for no watchdog; a turn is told of
     *     when it has taken between one and one and a half times as long, or later if the machine
     *     is busy
     * @throws IllegalArgumentException if it is out of that range
     */
    Builder watchdog(Duration bound);

    /**
     * The handler that the watchdog's thread calls for turns that take too long. The default one
     * writes one warning in ten seconds at most to the log, which says how many were left out
     * before it. {@link CoroutineStats#stalls} counts all.
     */
    Builder stallHandler(Consumer<? super LoopStall> handler);

    /**
     * What is told of waits by the system's clock where the scheduler goes by another, on {@link
     * Engine#VIRTUAL_THREAD}, once for several in a row of the same thread; by default, the log is.
     * Called on the loop, by a virtual thread there, so it may block but must not compute for long.
     */
    Builder realTimeWaitHandler(Consumer<? super RealTimeWait> handler);

    /**
     * How long a turn may last before {@link Coroutines#checkpoint} lets others go first; half a
     * millisecond by default. Counted from the loop's last look at its clock, so a few short turns
     * before it may be part of that.
     *
     * @throws IllegalArgumentException if it is negative
     */
    Builder budget(Duration budget);

    /** In which order those that are ready have their turns; who came first is first by default. */
    Builder policy(SchedulingPolicy policy);

    /**
     * Has the loops measure how late they are, how long turns are waited for and how long they
     * take, for {@link CoroutineScheduler#stats}; it counts without that, too. Off by default.
     * Costs a read of the clock for every few turns, and some 200 kB a loop.
     */
    Builder recordStats();

    /** As {@link #recordStats()}, if it is true. */
    Builder recordStats(boolean recordStats);

    /**
     * Has each coroutine remember where it was spawned, for {@link CoroutineScheduler#dump}: the
     * innermost call that is neither ours nor the JDK's. Off by default. Costs some microseconds
     * for each spawn, and some hundred bytes for each coroutine.
     */
    Builder recordCreationSites();

    /**
     * How long {@link CoroutineScheduler#close()} waits before it cancels what is left; it then
     * does what {@link CoroutineScheduler#close(Duration)} does with this grace. Unlimited by
     * default: one coroutine that never ends keeps close() from returning. Set it where others call
     * close() and a process must come to its end, as a container does with its beans.
     *
     * @param grace zero cancels at once
     * @throws IllegalArgumentException if it is negative
     */
    Builder closeGrace(Duration grace);

    /** What is told of coroutines that have failed unseen; by default they are logged. */
    Builder uncaughtHandler(UncaughtHandler handler);

    /**
     * Builds the scheduler and starts its loops.
     *
     * @throws UnsupportedOperationException if the engine that was asked for is not available; says
     *     which flag of the JVM makes it so
     */
    CoroutineScheduler build();
  }
}
