package io.tourbillon.coroutine;

import io.tourbillon.coroutine.LoopCounts.Count;
import io.tourbillon.timer.Clock;
import io.tourbillon.timer.TickScale;
import io.tourbillon.timer.TimerService;
import io.tourbillon.timer.watchdog.Watchdog;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.StringJoiner;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The scheduler: places coroutines on loops, and waits for them in the end. */
final class LoopScheduler implements CoroutineScheduler {
  private static final System.Logger LOG = System.getLogger("io.tourbillon.coroutine");

  /** How many coroutines a message of the log names. */
  private static final int MOST_NAMES = 20;

  /** How long those that were cancelled have for cleaning up, counted from the last that ended. */
  private static final Duration CLEAN_UP = Duration.ofSeconds(1);

  /** How long a loop has for answering when coroutines that do not end may be holding it up. */
  static final Duration ANSWER = Duration.ofMillis(100);

  private final String name;
  private final Engine engine;
  private final EventLoop[] loops;
  private final UncaughtHandler uncaughtHandler;
  private final @Nullable Duration watchdogBound;
  private final Consumer<? super LoopStall> stallHandler;
  private final Consumer<? super RealTimeWait> realTimeWaitHandler;
  private final Clock clock;
  private final Duration tick;
  private final boolean recordStats;
  private final boolean recordCreationSites;
  private final AtomicLong spawned = new AtomicLong();
  private final AtomicLong guests = new AtomicLong();

  /** Completed when it is closed and no coroutine is left. */
  private final CompletableFuture<@Nullable Void> quiet = new CompletableFuture<>();

  /**
   * Written once. Volatile: a coroutine takes its place before it looks here, and whoever closes
   * looks at the places after writing this; so one of them sees the other.
   */
  private volatile boolean closed;

  /** Made at the first call; guarded by this. */
  private @Nullable TimerService timers;

  private @Nullable BlockingThreads blockingThreads;

  private LoopScheduler(Builder options, Engine engine) {
    clock = options.clock;
    tick = options.tick;
    recordStats = options.recordStats;
    recordCreationSites = options.recordCreationSites;
    this.engine = engine;
    name = options.name;
    uncaughtHandler = options.uncaughtHandler;
    watchdogBound = options.watchdogBound;
    stallHandler = options.stallHandler;
    realTimeWaitHandler = options.realTimeWaitHandler;
    loops = new EventLoop[options.loops];
    TickScale scale = new TickScale(clock.nanoTime(), tick.toNanos());
    for (int number = 0; number < loops.length; number++) {
      loops[number] = new EventLoop(this, engine, number, clock, scale, options);
    }
  }

  static LoopScheduler start(CoroutineScheduler.Builder options) {
    Engine engine = Engine.choose(options.engine);
    return start(options, engine);
  }

  /** Without asking whether the engine is available: for those who want to find out. */
  static LoopScheduler start(CoroutineScheduler.Builder options, Engine engine) {
    LoopScheduler scheduler = new LoopScheduler(options, engine);
    boolean started = false;
    try {
      for (EventLoop loop : scheduler.loops) {
        loop.start();
      }
      started = true;
    } finally {
      if (!started) {
        scheduler.close(Duration.ZERO);
      }
    }
    return scheduler;
  }

  String name() {
    return name;
  }

  /** One of its loops, by its number from 0 on. */
  EventLoop loop(int number) {
    return loops[number];
  }

  @Override
  public boolean isClosed() {
    return closed;
  }

  @Override
  public CoroutineStats stats() {
    return new StatsSnapshot(loops).take(recordStats, tick.toNanos(), spawned.get());
  }

  @Override
  public Engine engine() {
    return engine;
  }

  @Override
  public <T extends @Nullable Object> Coroutine<T> spawn(Callable<T> body) {
    return spawn(SpawnOptions.DEFAULT, body);
  }

  @Override
  public Coroutine<@Nullable Void> spawn(Action body) {
    return spawn(SpawnOptions.DEFAULT, body);
  }

  @Override
  public Coroutine<@Nullable Void> spawn(SpawnOptions options, Action body) {
    return spawnAny(options, body);
  }

  @Override
  public <T extends @Nullable Object> Coroutine<T> spawn(SpawnOptions options, Callable<T> body) {
    return spawnAny(options, body);
  }

  private <T extends @Nullable Object> Coroutine<T> spawnAny(SpawnOptions options, Object body) {
    Objects.requireNonNull(options, "options");
    Objects.requireNonNull(body, "body");
    EventLoop loop = leastLoaded();
    loop.takePlace();
    if (closed) {
      loop.givePlace();
      throw refusal();
    }
    if (loop.isDead()) {
      loop.givePlace();
      throw new IllegalStateException("no loop is alive any more: " + name);
    }
    CoroutineTask<T> coroutine = newCoroutine(loop, options, body);
    CoroutineTask<?> parent = CurrentLoop.coroutine();
    if (parent != null) {
      coroutine.inherit(LocalScope.inherited(parent.scope()));
    }
    loop.accept(coroutine);
    return coroutine;
  }

  <T extends @Nullable Object> CoroutineTask<T> newCoroutine(
      EventLoop loop, SpawnOptions options, Object body) {
    StackTraceElement createdAt = recordCreationSites ? CreationSite.find() : null;
    return new CoroutineTask<>(
        loop, spawned.incrementAndGet(), Traits.of(options, createdAt), body);
  }

  private EventLoop leastLoaded() {
    EventLoop least = loops[0];
    int leastLoad = least.load();
    for (int number = 1; number < loops.length && leastLoad > 0; number++) {
      int load = loops[number].load();
      if (load < leastLoad) {
        least = loops[number];
        leastLoad = load;
      }
    }
    return least;
  }

  private RejectedExecutionException refusal() {
    return new RejectedExecutionException("the scheduler is closed: " + name);
  }

  @Override
  public synchronized TimerService timers() {
    TimerService service = timers;
    if (service == null) {
      service =
          TimerService.builder()
              .clock(clock)
              .tick(tick)
              .recordStats(recordStats)
              .executor(task -> leastLoaded().runTimerTask(task))
              .build();
      timers = service;
      if (closed) {
        service.close();
      }
    }
    return service;
  }

  synchronized BlockingThreads blockingThreads() {
    BlockingThreads threads = blockingThreads;
    if (threads == null) {
      threads = new BlockingThreads(name, clock);
      blockingThreads = threads;
    }
    return threads;
  }

  @Override
  public ThreadFactory threadFactory() {
    if (engine != Engine.VIRTUAL_THREAD) {
      throw new UnsupportedOperationException(
          "threads on the loops need Engine.VIRTUAL_THREAD, and this scheduler has "
              + engine
              + "; "
              + Engine.VIRTUAL_THREAD.need());
    }
    return task -> {
      Objects.requireNonNull(task, "task");
      if (closed) {
        throw refusal();
      }
      return leastLoaded().newGuest(name + "-thread-" + guests.incrementAndGet(), task);
    };
  }

  @Override
  public ExecutorService asExecutor() {
    return Executors.newThreadPerTaskExecutor(threadFactory());
  }

  @Override
  public void close() {
    refuseMore();
    boolean ended = true;
    try {
      quiet.get();
    } catch (InterruptedException e) {
      ended = cancelAll();
      Thread.currentThread().interrupt();
    } catch (ExecutionException impossible) {
      throw new AssertionError(impossible);
    }
    finish(ended ? CLEAN_UP : ANSWER);
  }

  @Override
  public boolean close(Duration grace) {
    Objects.requireNonNull(grace, "grace");
    if (grace.isNegative()) {
      throw new IllegalArgumentException("grace must not be negative: " + grace);
    }
    refuseMore();
    boolean ended = Uninterruptibly.isDoneWithin(quiet, grace) || cancelAll();
    finish(ended ? CLEAN_UP : ANSWER);
    return ended;
  }

  private void refuseMore() {
    EventLoop loop = CurrentLoop.get();
    if (loop != null && loop.scheduler() == this) {
      CoroutineTask<?> caller = loop.current();
      if (caller != null || Thread.currentThread().equals(loop.thread())) {
        throw new IllegalStateException(
            "a scheduler must not be closed by one of its own coroutines or loops: "
                + (caller == null ? loop.name() : caller.name()));
      }
    }
    closed = true;
    TimerService service;
    synchronized (this) {
      service = timers;
    }
    if (service != null) {
      service.close();
    }
    loopIsQuiet();
  }

  /** A loop has no coroutine left. */
  void loopIsQuiet() {
    if (closed) {
      for (EventLoop loop : loops) {
        if (loop.live() > 0) {
          return;
        }
      }
      quiet.complete(null);
    }
  }

  /** Cancels all that is left and says whether it has ended. */
  private boolean cancelAll() {
    for (EventLoop loop : loops) {
      loop.tell(loop::cancelAll);
    }
    int before = Integer.MAX_VALUE;
    for (int now = live(); now < before; now = live()) {
      before = now;
      if (Uninterruptibly.isDoneWithin(quiet, CLEAN_UP)) {
        return true;
      }
    }
    CoroutineDump left = dump(MOST_NAMES);
    StringJoiner names =
        new StringJoiner(", ", " (", left.coroutines().size() < left.total() ? ", ...)" : ")");
    left.coroutines().forEach(one -> names.add(one.summary()));
    LOG.log(
        Level.WARNING,
        name
            + " is closed; coroutines that have not ended: "
            + left.total()
            + names.setEmptyValue(""));
    return false;
  }

  int live() {
    int live = 0;
    for (EventLoop loop : loops) {
      live += loop.live();
    }
    return live;
  }

  @Override
  public CoroutineDump dump(int most) {
    if (most < 0) {
      throw new IllegalArgumentException("most must not be negative: " + most);
    }
    return new DumpSnapshot(this, List.of(loops), most).take();
  }

  /**
   * Has loops do something, which tells when it is done.
   *
   * @return whether all have done it within the time
   */
  boolean tellAll(
      Collection<EventLoop> some, Duration patience, BiConsumer<EventLoop, Runnable> something) {
    List<CompletableFuture<?>> told = new ArrayList<>();
    for (EventLoop loop : some) {
      if (!loop.isDead() && !loop.hasEnded()) {
        CompletableFuture<Boolean> done = new CompletableFuture<>();
        told.add(done);
        loop.tell(() -> something.accept(loop, () -> done.complete(true)));
      }
    }
    return Uninterruptibly.isDoneWithin(
        CompletableFuture.allOf(told.toArray(CompletableFuture<?>[]::new)), patience);
  }

  /** Waits, for a while, until failures that nobody has seen are told of. */
  private void finish(Duration patience) {
    boolean _ = tellAll(List.of(loops), patience, EventLoop::finish);
    synchronized (this) {
      if (blockingThreads != null) {
        blockingThreads.close();
      }
    }
  }

  @Override
  public String toString() {
    return name + " with " + live() + " coroutines on " + loops.length + " loops, " + engine;
  }

  // Told by the loops.

  /** Starts a watchdog over the thread of a loop; null if the user wants none. */
  @Nullable Watchdog<LoopStall> newWatchdog(EventLoop loop, Thread thread) {
    Duration bound = watchdogBound;
    if (bound == null) {
      return null;
    }
    Watchdog<LoopStall> watchdog =
        new Watchdog<>(bound.toNanos(), loop::look, stall -> stalled(loop, stall));
    watchdog.start(
        Thread.ofPlatform()
            .daemon()
            .inheritInheritableThreadLocals(false)
            .name(loop.name() + "-watchdog")
            .unstarted(watchdog),
        thread);
    return watchdog;
  }

  private void stalled(EventLoop loop, LoopStall stall) {
    loop.stalled();
    if (FlightRecorder.takesLoopStalls()) {
      LoopStallEvent.record(stall);
    }
    try {
      stallHandler.accept(stall);
    } catch (Throwable thrown) {
      LOG.log(Level.ERROR, "the stall handler has thrown", thrown);
    }
  }

  void cancel(CoroutineTask<?> coroutine) {
    coroutine.cancel(Count.CANCELLED_BY_CLOSE, "the scheduler is closed", name);
  }

  void uncaught(CoroutineTask<?> coroutine, Throwable failure) {
    try {
      uncaughtHandler.handle(coroutine, failure);
    } catch (Throwable thrown) {
      LOG.log(Level.ERROR, "the uncaught handler has thrown", thrown);
    }
  }

  void waitsInRealTime(EventLoop loop, @Nullable CoroutineTask<?> coroutine) {
    Thread thread = coroutine == null ? null : coroutine.thread();
    RealTimeWait wait =
        new RealTimeWait(
            loop.name(),
            coroutine == null ? Optional.empty() : Optional.of(coroutine.name()),
            thread == null ? List.of() : Arrays.asList(thread.getStackTrace()));
    try {
      realTimeWaitHandler.accept(wait);
    } catch (Throwable thrown) {
      LOG.log(Level.ERROR, "the handler of waits in real time has thrown", thrown);
    }
  }

  void taskFailed(EventLoop loop, Object task, Throwable failure) {
    LOG.log(Level.ERROR, loop + ": a task has thrown: " + task, failure);
  }

  void notRevived(EventLoop loop, Throwable failure) {
    LOG.log(
        Level.ERROR,
        loop + ": what has come after its end waits, as no thread could be started for it",
        failure);
  }

  void loopDied(EventLoop loop, Throwable failure) {
    String message = loop + " has died; its coroutines will not go on: " + loop.live();
    // By another thread, since a logger takes locks, for which coroutines of the loop may wait.
    Thread.ofPlatform()
        .daemon()
        .name(loop.name() + "-report")
        .start(() -> LOG.log(Level.ERROR, message, failure));
  }
}
