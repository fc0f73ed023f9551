package io.tourbillon.timer;

import io.tourbillon.timer.internal.IndependentThread;
import io.tourbillon.timer.internal.Rethrow;
import io.tourbillon.timer.internal.StackReserve;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Uses each operation once while a service is built, on a service that nobody else sees.
 *
 * <p>The first use of a class initialises it. If there is no stack or heap for that, the JVM does
 * not try again, and the class is unusable for the rest of the process: one call from a full stack
 * would break {@code schedule} for all threads. So all classes that operations need, ours and the
 * JDK's, are initialised before there is a service or a view to call.
 *
 * <p>Using an operation initialises all its classes, including those without a name in the source,
 * and links everything that is linked at the first call. For the same reason, operations use no
 * lambdas and do not concatenate strings with {@code invokedynamic}: linking one takes twenty
 * frames and milliseconds.
 *
 * <p>The service has no thread. Its clock is a number, and this class runs the turns of the driver.
 */
final class FirstUse {
  private static final Duration MILLI = Duration.ofMillis(1);
  private static final Duration HOUR = Duration.ofHours(1);
  private static final int TURNS = 10;

  /** Set after the use. If two threads do it at the same time, it does no harm. */
  private static volatile boolean servicesUsed;

  private static volatile boolean statsUsed;
  private static volatile boolean viewsUsed;
  private static volatile boolean longTimersUsed;
  private static volatile boolean polledUsed;

  private final boolean recordStats;
  private final ManualClock clock = new ManualClock();
  private final ChoosyExecutor executor = new ChoosyExecutor();
  private final Nothing nothing = new Nothing();
  private final DriverThread driver = new DriverThread(new Unstarted(), clock, 0);
  private final ShardedTimerService timers;

  private FirstUse(boolean recordStats) {
    this.recordStats = recordStats;
    TimerService.Builder builder =
        TimerService.builder()
            .clock(clock)
            .executor(executor)
            .exceptionHandler(new Unheard())
            .watchdog(HOUR)
            .recordStats(recordStats);
    timers = new ShardedTimerService(builder, 1, driver, null);
  }

  /** Called before a service is made. Acts for the first one, and the first with statistics. */
  static void ofServices(boolean recordStats) {
    if (!servicesUsed || (recordStats && !statsUsed)) {
      new FirstUse(recordStats).use(Operations.OF_SERVICES);
      servicesUsed = true;
      statsUsed |= recordStats;
    }
  }

  /**
   * Called before statistics are made for a service that does not record them. They need the
   * classes of the histograms, which take 16 ms to load; most services can do without.
   */
  static void ofStats() {
    if (!statsUsed) {
      StackReserve.requireForLoading();
      ofServices(true);
    }
  }

  /** Called before a view is made. Acts for the first one. */
  static void ofViews() {
    if (!viewsUsed) {
      StackReserve.requireForLoading();
      new FirstUse(false).use(Operations.OF_VIEWS);
      viewsUsed = true;
    }
  }

  /** Called before a {@link LongTimers} is made. Acts for the first one. */
  static void ofLongTimers() {
    if (!longTimersUsed) {
      StackReserve.requireForLoading();
      new FirstUse(false).use(Operations.OF_LONG_TIMERS);
      longTimersUsed = true;
    }
  }

  /** Called before a polled service is made. Acts for the first one. */
  static void ofPolled(boolean recordStats) {
    ofServices(recordStats);
    if (!polledUsed) {
      TimerService.Builder builder =
          TimerService.builder().clock(new ManualClock()).exceptionHandler(new Unheard());
      usePolled(PolledService.newShared(builder, new PolledService.Wakeup(new Nothing())));
      usePolled(PolledService.newConfined(builder));
      polledUsed = true;
    }
  }

  private static void usePolled(PolledService polled) {
    polled.requireOwner();
    long _ = polled.nanosToNextEvent();
    TimerHandle _ = polled.schedule(HOUR, new Nothing());
    TimerHandle _ = polled.schedule(Duration.ZERO, new Polling(polled));
    long _ = polled.nanosToNextEvent();
    int _ = polled.poll(1);
    String _ = polled.toString();
    polled.close();
  }

  /** What is used. */
  private enum Operations {
    OF_SERVICES,
    OF_VIEWS,
    OF_LONG_TIMERS
  }

  /**
   * Keeps the interrupt status of the calling thread, which would end waits and which turns clear.
   */
  private void use(Operations operations) {
    boolean interrupted = Thread.interrupted();
    try {
      switch (operations) {
        case OF_SERVICES -> {
          useLocks();
          useTimers();
          useFutures();
          turns();
          observe();
        }
        case OF_VIEWS -> useView();
        case OF_LONG_TIMERS -> useLongTimers();
      }
      shutDown();
    } catch (InterruptedException again) {
      interrupted = true;
    } catch (ExecutionException | TimeoutException unexpected) {
      throw new AssertionError(unexpected);
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Waits for a lock that is held, for a condition and for a latch. */
  @SuppressWarnings({"LockNotBeforeTry", "WaitNotInLoop"}) // Nobody else has these locks.
  private static void useLocks() throws InterruptedException {
    ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
    lock.readLock().lock();
    boolean _ = lock.writeLock().tryLock(1, TimeUnit.NANOSECONDS);
    lock.readLock().unlock();
    ReentrantLock own = new ReentrantLock();
    own.lock();
    long _ = own.newCondition().awaitNanos(1);
    own.unlock();
    boolean _ = new CountDownLatch(1).await(1, TimeUnit.NANOSECONDS);
  }

  private void useTimers() throws InterruptedException {
    TimerHandle timer = timers.schedule(HOUR, nothing);
    timer.reschedule(MILLI);
    timer.remaining();
    timer.state();
    timer.cancel();
    timer.cancelAndWait();
    String _ = timer.toString() + timers;
    timers.schedule(MILLI, new Failing());
    timers.schedule(HOUR, nothing, TimerOptions.tagged("first use"));
    timers.scheduleWithFixedDelay(MILLI, MILLI, nothing).changePeriod(HOUR);
    timers.scheduleWithFixedDelay(MILLI, MILLI, nothing);
    TimerGroup group = new TimerGroup();
    TimerOptions options = TimerOptions.builder().slack(MILLI).group(group).build();
    timers.schedule(MILLI, nothing, options);
    timers.schedule(HOUR, nothing, options);
    group.close();
    timers.scheduleAt(Instant.MIN, nothing);
    timers.scheduleAt(Instant.MAX, nothing).reschedule(HOUR);
    String _ = group.toString();
    for (MissedTick missed : MissedTick.values()) {
      timers.scheduleAtFixedRate(
          MILLI, MILLI, nothing, TimerOptions.builder().missedTick(missed).build());
    }
    long id = timers.arm(1, TimeUnit.HOURS, nothing);
    timers.rearm(id, 2, TimeUnit.HOURS);
    timers.cancel(id);
    timers.armAt(MILLI.toNanos(), nothing);
    timers.arm(1, TimeUnit.MILLISECONDS, nothing, TimerOptions.tagged("first use"));
    Runnable noted = new NotedTask(nothing, null, null, null);
    new NotedTask(noted, nothing, null, null).run();
  }

  private void useFutures() {
    timers.after(HOUR).cancel(false);
    CompletableFuture<?> _ = timers.after(MILLI);
    CompletableFuture<Runnable> never = new CompletableFuture<>();
    CompletableFuture<?> _ = timers.timeout(never, MILLI);
    CompletableFuture<?> _ = timers.timeout(never, HOUR);
    CompletableFuture<?> _ = timers.timeout(CompletableFuture.completedFuture(nothing), MILLI);
    CompletableFuture<?> _ = timers.completeOnTimeout(never, nothing, MILLI);
    CompletableFuture<?> _ = timers.cancelOnTimeout(new CompletableFuture<>(), MILLI);
    timers.cancelOnTimeout(new CompletableFuture<>(), HOUR).cancel(false);
    timers.delayedExecutor(MILLI).execute(nothing);
    timers.delayedExecutor(MILLI, executor).execute(nothing);
  }

  private void observe() {
    timers.pending();
    timers.overdue();
    if (recordStats) {
      TimerStats _ = timers.snapshot();
    }
    String _ = timers.dump().toString() + new Stall("", 0, List.of());
  }

  private void useView() throws InterruptedException, ExecutionException, TimeoutException {
    ScheduledExecutorView view = timers.newView();
    view.execute(nothing);
    view.execute(new Failing());
    ScheduledFuture<?> later = view.schedule(nothing, 1, TimeUnit.HOURS);
    ScheduledFuture<?> evenLater = view.schedule(new Answering(), 2, TimeUnit.HOURS);
    ScheduledFuture<?> _ = view.scheduleAtFixedRate(nothing, 1, 1, TimeUnit.MILLISECONDS);
    ScheduledFuture<?> _ = view.scheduleWithFixedDelay(nothing, 1, 1, TimeUnit.MILLISECONDS);
    later.compareTo(evenLater);
    awaitInVain(later);
    later.cancel(true);
    List<Answering> tasks = List.of(new Answering());
    view.invokeAll(tasks, 1, TimeUnit.NANOSECONDS);
    try {
      Object _ = view.invokeAny(tasks, 1, TimeUnit.NANOSECONDS);
    } catch (TimeoutException _) {
      // Expected: the driver takes no turn meanwhile.
    }
    turns();
    observe();
    String _ = view.toString() + later;
    view.remove(nothing);
    view.getTaskCount();
    view.shutdown();
    boolean _ = view.awaitTermination(1, TimeUnit.NANOSECONDS);
    view.shutdownNow();
  }

  private void useLongTimers() {
    LongTimers numbers = timers.newLongTimers(new Fussy(), TimerOptions.tagged("first use"));
    for (int delay = 1; delay < TURNS; delay++) {
      numbers.arm(3L * delay, TimeUnit.MILLISECONDS, delay);
    }
    numbers.armAt(MILLI.toNanos(), 0);
    long id = numbers.arm(1, TimeUnit.HOURS, 0);
    numbers.rearm(id, 2, TimeUnit.HOURS);
    turns();
    observe();
    numbers.cancel(id);
    numbers.arm(1, TimeUnit.HOURS, 0);
    numbers.pending();
    String _ = numbers.toString();
    numbers.shutdownNow();
    numbers.isShutdown();
    try {
      numbers.arm(1, TimeUnit.HOURS, 0);
    } catch (RejectedExecutionException _) {
      // Expected.
    }
    // These are handed back by the service.
    timers.newLongTimers(new Fussy(), TimerOptions.defaults()).arm(1, TimeUnit.HOURS, 0);
  }

  private static void awaitInVain(Future<?> future)
      throws InterruptedException, ExecutionException {
    try {
      future.get(1, TimeUnit.NANOSECONDS);
    } catch (TimeoutException _) {
      // Expected.
    }
  }

  private void shutDown() {
    timers.shutdownNow();
    timers.isShutdown();
    try {
      timers.schedule(MILLI, nothing);
    } catch (RejectedExecutionException _) {
      // Expected.
    }
    timers.close();
  }

  /**
   * Runs some turns, each later by more than a timer's period. In the last ones the executor
   * refuses.
   */
  private void turns() {
    Throwable[] refusals = {
      new RejectedExecutionException("the refusal of a first use"),
      // The driver does not wait for memory after this one.
      new OutOfMemoryError("unable to create native thread"),
      new IllegalStateException("the failure of an executor")
    };
    long startNanos = clock.nanos;
    for (int turn = 0; turn < TURNS; turn++) {
      driver.turn();
      clock.nanos = startNanos + 3L * (turn + 1) * MILLI.toNanos();
      executor.refusal = turn < TURNS / 2 ? null : refusals[turn % refusals.length];
    }
  }

  private static final class Nothing implements Runnable, TaskDecorator {
    @Override
    public void run() {}

    @Override
    public Runnable decorate(Runnable task) {
      return task;
    }
  }

  private static final class Failing implements Runnable {
    @Override
    public void run() {
      throw new IllegalStateException("the failure of a first use");
    }
  }

  /** Polls from inside a task, which is refused. */
  private record Polling(PolledService polled) implements Runnable {
    @Override
    public void run() {
      polled.poll(1);
    }
  }

  /** Throws at odd numbers. */
  private static final class Fussy implements LongConsumer {
    @Override
    public void accept(long payload) {
      if (payload % 2 != 0) {
        throw new IllegalStateException("the failure of a first use");
      }
    }
  }

  private static final class Answering implements Callable<String> {
    @Override
    public String call() {
      return "an answer";
    }
  }

  /** Runs tasks at once, or refuses them. */
  private static final class ChoosyExecutor implements Executor {
    @Nullable Throwable refusal;

    @Override
    public void execute(Runnable task) {
      if (refusal != null) {
        throw Rethrow.unchecked(refusal);
      }
      task.run();
    }
  }

  private static final class Unstarted implements ThreadFactory {
    @Override
    public Thread newThread(Runnable driver) {
      return IndependentThread.daemon("never started", driver);
    }
  }

  private static final class Unheard implements TimerExceptionHandler {
    @Override
    public void handle(Runnable task, Throwable error) {}
  }

  /** Advances only when its number is set, and does not wait. Tests use it as well. */
  static final class ManualClock implements Clock, Clock.Alarm {
    /** Written by the thread that takes the turns of the driver; tests read it in others. */
    volatile long nanos;

    @Override
    public long nanoTime() {
      return nanos;
    }

    @Override
    public Alarm newAlarm(Thread thread) {
      return this;
    }

    @Override
    public void awaitUntil(long deadlineNanos) {}

    @Override
    public void await() {}

    @Override
    public void wake() {}

    @Override
    public void close() {}
  }
}
