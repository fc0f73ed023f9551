package io.tourbillon.coroutine.internal.scheduler;

import io.tourbillon.coroutine.Action;
import io.tourbillon.coroutine.Coroutine;
import io.tourbillon.coroutine.CoroutineDecorator;
import io.tourbillon.coroutine.CoroutineDump;
import io.tourbillon.coroutine.CoroutineStats;
import io.tourbillon.coroutine.Engine;
import io.tourbillon.coroutine.SchedulingPolicy;
import io.tourbillon.coroutine.SpawnOptions;
import io.tourbillon.coroutine.internal.dump.DumpSnapshot;
import io.tourbillon.coroutine.internal.dump.StatsSnapshot;
import io.tourbillon.coroutine.internal.engine.BlockingThreads;
import io.tourbillon.coroutine.internal.engine.ClockedThread;
import io.tourbillon.coroutine.internal.loop.TurnOrder;
import io.tourbillon.coroutine.internal.loop.WorkStealing;
import io.tourbillon.coroutine.internal.observe.LoopCounts.Count;
import io.tourbillon.coroutine.internal.surround.ListenedBody;
import io.tourbillon.coroutine.internal.surround.Surroundings;
import io.tourbillon.coroutine.internal.task.CoroutineLoop;
import io.tourbillon.coroutine.internal.task.CoroutineTask;
import io.tourbillon.coroutine.internal.task.CurrentLoop;
import io.tourbillon.coroutine.internal.task.PlainCoroutine;
import io.tourbillon.coroutine.internal.task.PlainLoop;
import io.tourbillon.coroutine.internal.task.Reports;
import io.tourbillon.coroutine.internal.task.SuspendingCoroutine;
import io.tourbillon.coroutine.internal.task.TaskHost;
import io.tourbillon.coroutine.internal.traits.Traits;
import io.tourbillon.timer.Clock;
import io.tourbillon.timer.Distribution;
import io.tourbillon.timer.TimerService;
import io.tourbillon.timer.internal.CreationSite;
import io.tourbillon.timer.internal.LateCompletionException;
import io.tourbillon.timer.internal.StackReserve;
import io.tourbillon.timer.internal.TickScale;
import io.tourbillon.timer.internal.text.Printable;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The scheduler: places coroutines on loops, and waits for them when it is closed. Thread-safe. */
final class LoopScheduler implements TaskHost {
  static {
    LateCompletionException.load();
  }

  /** Children go to another loop if it has at most half of the coroutines less this number. */
  private static final int CROWD = 16;

  private final String name;
  private final Engine engine;

  /** Whether loops give coroutines turns; if not, coroutines are threads of the JDK. */
  private final boolean givesTurns;

  private final CoroutineLoop[] loops;
  private final Clock clock;
  private final Duration tick;
  private final boolean recordStats;
  private final boolean recordCreationSites;
  private final int mostBlockingThreads;

  /** Null if there is neither a decorator nor a listener. */
  private final @Nullable Surroundings surroundings;

  private final Closing closing;
  private final Reports reports;
  private final AtomicLong spawned = new AtomicLong();
  private final AtomicLong guests = new AtomicLong();

  /** Made at the first call; guarded by this. */
  private @Nullable TimerService timers;

  private @Nullable BlockingThreads blockingThreads;

  /** Made at the first call, guarded by this; volatile, as every delay reads it. */
  private volatile @Nullable TimerService alarms;

  private LoopScheduler(SchedulerBuilder options, Engine engine) {
    clock = options.clock;
    tick = options.tick;
    recordStats = options.recordStats;
    recordCreationSites = options.recordCreationSites;
    mostBlockingThreads = options.blockingThreads;
    this.engine = engine;
    givesTurns = engine != Engine.PLAIN_THREAD;
    name = options.name;
    surroundings = Surroundings.of(options.decorator, options.listener, clock);
    reports =
        new Reports(
            options.exceptionHandler,
            options.watchdogBound,
            options.stallHandler,
            options.realTimeWaitHandler);
    loops = new CoroutineLoop[options.loops];
    TickScale scale = new TickScale(clock.nanoTime(), tick.toNanos());
    CoroutineLoop.Options common =
        new CoroutineLoop.Options(
            clock,
            scale,
            () -> orderOf(options.policy),
            TickScale.nanosOf(options.budget),
            recordStats,
            loop -> Engines.newLoopEngine(engine, loop),
            newStealing(options.mix),
            options.mix,
            options.pollers);
    for (int number = 0; number < loops.length; number++) {
      loops[number] =
          givesTurns
              ? new CoroutineLoop(this, number, common)
              : new PlainLoop(this, number, common);
    }
    closing = new Closing(this, List.of(loops), options);
  }

  /**
   * Returns what the loops need to take over coroutines from each other; null if they do not. By
   * another clock than the system's they do not, since it would tell real time; but tests may want
   * it.
   */
  private @Nullable WorkStealing newStealing(int mix) {
    return loops.length > 1 && givesTurns && (clock.equals(Clock.system()) || mix > 0)
        ? new WorkStealing(name, loops, spawned::get)
        : null;
  }

  private static TurnOrder orderOf(SchedulingPolicy policy) {
    return switch (policy) {
      case SchedulingPolicy.Fifo _ -> TurnOrder.byArrival();
      case SchedulingPolicy.RoundRobin _ -> TurnOrder.byGroup();
      case SchedulingPolicy.Priority(var step) -> TurnOrder.byPriority(TickScale.nanosOf(step));
      case SchedulingPolicy.EarliestDeadline(var horizon) ->
          TurnOrder.byDeadline(TickScale.nanosOf(horizon));
      case SchedulingPolicy.Random(var seed) -> TurnOrder.byChance(seed);
    };
  }

  static LoopScheduler start(SchedulerBuilder options) {
    Engine engine = Engines.choose(options.engine, Turns.arePromisedBy(options));
    return start(options, engine);
  }

  /** Starts a scheduler without checking that the engine is available. For the check itself. */
  static LoopScheduler start(SchedulerBuilder options, Engine engine) {
    if (options.decorator != null) {
      Engines.requireThreadLocals(engine);
    }
    LoopScheduler scheduler = new LoopScheduler(options, engine);
    if (!scheduler.givesTurns) {
      Turns.refuseFor(options);
    }
    boolean started = false;
    try {
      // Without turns, one thread shows tools that the scheduler is open. Others start when needed.
      for (int i = 0; i < (scheduler.givesTurns ? scheduler.loops.length : 1); i++) {
        scheduler.loops[i].start();
      }
      started = true;
    } finally {
      if (!started) {
        scheduler.close(Duration.ZERO);
      }
    }
    return scheduler;
  }

  @Override
  public String name() {
    return name;
  }

  /** Returns a loop by its number, which begins at 0. */
  CoroutineLoop loop(int number) {
    return loops[number];
  }

  @Override
  public boolean isShutdown() {
    return closing.hasBegun();
  }

  @Override
  public CoroutineStats stats() {
    TimerService woken = alarms;
    Distribution lateness =
        woken == null ? Distribution.builder().build() : woken.stats().latenessNanos();
    return new StatsSnapshot(loops, lateness)
        .take(recordStats, tick.toNanos(), accepted(), abandonedCalls());
  }

  /** Without turns, the start of a thread may fail after its coroutine has a number. */
  private long accepted() {
    if (givesTurns) {
      return spawned.get();
    }
    long started = 0;
    for (CoroutineLoop loop : loops) {
      started += loop.counts().get(Count.STARTED);
    }
    return started;
  }

  private synchronized long abandonedCalls() {
    return blockingThreads == null ? 0 : blockingThreads.abandoned();
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
    return spawnSurrounded(options, body);
  }

  @Override
  public <T extends @Nullable Object> Coroutine<T> spawn(SpawnOptions options, Callable<T> body) {
    return spawnSurrounded(options, body);
  }

  private <T extends @Nullable Object> Coroutine<T> spawnSurrounded(
      SpawnOptions options, Object body) {
    Surroundings around = surroundings;
    return around == null
        ? spawnAny(options, body, null, _ -> {})
        : around.<SuspendingCoroutine<T>>spawn(
            options, body, it -> spawnAny(options, it, null, _ -> {}));
  }

  @Override
  public <T extends @Nullable Object> SuspendingCoroutine<T> spawnAny(
      SpawnOptions options,
      Object body,
      @Nullable String cancelledFor,
      Consumer<? super SuspendingCoroutine<T>> known) {
    Objects.requireNonNull(options, "options");
    Objects.requireNonNull(body, "body");
    StackReserve.require();
    SuspendingCoroutine<?> parent = CurrentLoop.coroutine();
    CoroutineLoop loop = place(options);
    loop.takePlace();
    boolean accepted = false;
    try {
      requireAdmission();
      if (loop.isDead() && givesTurns) {
        throw new IllegalStateException("no loop is alive any more: " + name);
      }
      SuspendingCoroutine<T> coroutine = newCoroutine(loop, options, body);
      coroutine.inherit(parent);
      if (cancelledFor != null) {
        coroutine.cancel(cancelledFor);
      }
      known.accept(coroutine);
      coroutine.start();
      accepted = true;
      return coroutine;
    } finally {
      if (!accepted) {
        loop.givePlace();
      }
    }
  }

  /**
   * Refuses new coroutines and threads after a close has begun, unless a coroutine, or its blocking
   * call, starts them.
   */
  private void requireAdmission() {
    if (closing.hasBegun() && !closing.admits(CurrentLoop.coroutineOrWaiter())) {
      throw refusal();
    }
  }

  @Override
  public <T extends @Nullable Object> SuspendingCoroutine<T> newCoroutine(
      CoroutineLoop loop, SpawnOptions options, Object body) {
    StackTraceElement createdAt = recordCreationSites ? CreationSite.find() : null;
    Traits traits = Traits.of(options, createdAt);
    long number = spawned.incrementAndGet();
    SuspendingCoroutine<T> coroutine =
        loop instanceof PlainLoop plain
            ? new PlainCoroutine<>(plain, number, traits, body)
            : new CoroutineTask<>(loop, number, traits, body);
    if (body instanceof ListenedBody listened) {
      listened.belongsTo(coroutine);
    }
    return coroutine;
  }

  /** Chooses the loop for a coroutine: that of its options, or that of the caller, or by load. */
  private CoroutineLoop place(SpawnOptions options) {
    if (!givesTurns) {
      Turns.refuseFor(options);
      CoroutineLoop next = loops[(int) (spawned.get() % loops.length)];
      return next.isDead() ? anyAlive() : next;
    }
    Object key = options.loopKey();
    if (key != null) {
      return loopOf(key);
    }
    CoroutineLoop here = CurrentLoop.get();
    if (here != null && here.scheduler().equals(this) && !here.isDead()) {
      SuspendingCoroutine<?> spawner = here.current();
      if (options.staysHere() && spawner != null) {
        here.anchor(spawner);
      }
      return options.staysHere() ? here : hereOrLessCrowded(here);
    }
    if (options.staysHere()) {
      throw new IllegalStateException(
          "SpawnOptions.here() needs a caller on a loop of "
              + name
              + ", such as one of its coroutines: called by "
              + CurrentLoop.whoAmI());
    }
    return lessLoaded();
  }

  /**
   * Returns the loop of the caller, or another one that has far fewer coroutines. Coroutines with
   * short turns stay where they have begun, so without this the long-lived children of one
   * coroutine would all share its loop for ever.
   */
  private CoroutineLoop hereOrLessCrowded(CoroutineLoop here) {
    int most = here.residents() / 2 - CROWD;
    if (loops.length == 1 || most < 0) {
      return here;
    }
    CoroutineLoop other = loops[ThreadLocalRandom.current().nextInt(loops.length)];
    return other.residents() <= most && !other.isDead() ? other : here;
  }

  /**
   * Returns the loop for a key. Equal keys get the same one, unless it dies. A key that is a loop
   * gets that loop: a way for other packages of this module.
   */
  private CoroutineLoop loopOf(Object key) {
    if (key instanceof CoroutineLoop chosen && chosen.scheduler().equals(this)) {
      return chosen;
    }
    int hash = key.hashCode();
    int first = Math.floorMod(hash ^ (hash >>> 16), loops.length);
    for (int at = 0; at < loops.length; at++) {
      CoroutineLoop loop = loops[(first + at) % loops.length];
      if (!loop.isDead()) {
        return loop;
      }
    }
    return loops[first];
  }

  /**
   * Returns the less loaded one of two loops that are chosen by chance. That is nearly as good as
   * the least loaded of all, and does not read the counts of all loops (Mitzenmacher, 2001). With
   * two loops, both are compared.
   */
  private CoroutineLoop lessLoaded() {
    int first = loops.length <= 2 ? 0 : ThreadLocalRandom.current().nextInt(loops.length);
    int second =
        loops.length <= 2
            ? loops.length - 1
            : (first + 1 + ThreadLocalRandom.current().nextInt(loops.length - 1)) % loops.length;
    CoroutineLoop other = loops[second];
    CoroutineLoop chosen = other.isLessLoadedThan(loops[first]) ? other : loops[first];
    return chosen.isDead() ? anyAlive() : chosen;
  }

  /** Returns a loop that is alive, or any if none is. */
  private CoroutineLoop anyAlive() {
    for (CoroutineLoop loop : loops) {
      if (!loop.isDead()) {
        return loop;
      }
    }
    return loops[0];
  }

  private RejectedExecutionException refusal() {
    return new RejectedExecutionException("the scheduler is closed: " + name);
  }

  @Override
  public synchronized TimerService timers() {
    TimerService service = timers;
    if (service == null) {
      TimerService.Builder options =
          ownTimers()
              .executor(givesTurns ? task -> lessLoaded().runTimerTask(task) : this::runApart);
      CoroutineDecorator decorator = surroundings == null ? null : surroundings.decorator();
      if (decorator != null) {
        options.decorator(decorator::decorateTask);
      }
      service = new PartDriver().build(options);
      timers = service;
      if (closing.isOver()) {
        service.close();
      }
    }
    return service;
  }

  @Override
  public void runApart(Runnable task) {
    ClockedThread.start(clock, task);
  }

  @Override
  public TimerService alarms() {
    TimerService made = alarms;
    return made == null ? makeAlarms() : made;
  }

  private synchronized TimerService makeAlarms() {
    TimerService service = alarms;
    if (service == null) {
      // Without a watchdog: it runs no code of users.
      service = new PartDriver().build(ownTimers().watchdog(Duration.ZERO));
      alarms = service;
    }
    return service;
  }

  private TimerService.Builder ownTimers() {
    return TimerService.builder().clock(clock).tick(tick).recordStats(recordStats);
  }

  /** Closes the alarms after the last coroutine has ended. */
  void closeAlarms() {
    TimerService made = alarms;
    if (made != null) {
      made.close();
    }
  }

  void closeTimers() {
    TimerService service;
    synchronized (this) {
      service = timers;
    }
    if (service != null) {
      service.close();
    }
  }

  @Override
  public @Nullable Surroundings surroundings() {
    return surroundings;
  }

  @Override
  public synchronized BlockingThreads blockingThreads() {
    BlockingThreads threads = blockingThreads;
    if (threads == null) {
      threads = new BlockingThreads(name, mostBlockingThreads, clock);
      blockingThreads = threads;
    }
    return threads;
  }

  synchronized void closeBlockingThreads() {
    if (blockingThreads != null) {
      blockingThreads.close();
    }
  }

  @Override
  public ThreadFactory threadFactory() {
    if (engine == Engine.CONTINUATION || engine == Engine.HANDOFF) {
      throw new UnsupportedOperationException(
          "threads on the loops need Engine.VIRTUAL_THREAD, and this scheduler has "
              + engine
              + "; "
              + Engines.need(Engine.VIRTUAL_THREAD));
    }
    return task -> {
      Objects.requireNonNull(task, "task");
      requireAdmission();
      return lessLoaded().newGuest(name + "-thread-" + guests.incrementAndGet(), task);
    };
  }

  @Override
  public ExecutorService asExecutor() {
    ExecutorService executor = Executors.newThreadPerTaskExecutor(threadFactory());
    return surroundings == null ? executor : surroundings.aroundTasks(executor);
  }

  @Override
  public void close() {
    closing.close();
  }

  @Override
  public boolean close(Duration grace) {
    return closing.close(Objects.requireNonNull(grace, "grace"));
  }

  Closing closing() {
    return closing;
  }

  @Override
  public Reports reports() {
    return reports;
  }

  @Override
  public void cancelForClose(SuspendingCoroutine<?> coroutine) {
    closing.cancel(coroutine);
  }

  @Override
  public void loopIsQuiet() {
    closing.loopIsQuiet();
  }

  int live() {
    return CoroutineLoop.live(List.of(loops));
  }

  /**
   * Returns whether there was a moment without any coroutine. The sum of {@link #live} cannot tell:
   * while it is computed, a coroutine may spawn another on a loop that was counted before, and end
   * on a loop that is counted after. Places taken and given back only grow, and at no time are more
   * given back than taken. So if the places given back, counted first, equal the places taken, they
   * were equal at the moment in between.
   */
  boolean isQuiet() {
    long givenBack = 0;
    for (CoroutineLoop loop : loops) {
      givenBack += loop.givenBack();
    }
    long taken = 0;
    for (CoroutineLoop loop : loops) {
      taken += loop.taken();
    }
    return givenBack == taken;
  }

  @Override
  public CoroutineDump dump(int most) {
    if (most < 0) {
      throw new IllegalArgumentException("most must not be negative: " + most);
    }
    return new DumpSnapshot(this, List.of(loops), most).take();
  }

  @Override
  public String toString() {
    return Printable.of(name)
        + " with "
        + live()
        + " coroutines on "
        + loops.length
        + " loops, "
        + engine;
  }
}
