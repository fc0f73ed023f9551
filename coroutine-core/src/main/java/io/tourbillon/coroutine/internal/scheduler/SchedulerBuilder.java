package io.tourbillon.coroutine.internal.scheduler;

import io.tourbillon.coroutine.CoroutineDecorator;
import io.tourbillon.coroutine.CoroutineExceptionHandler;
import io.tourbillon.coroutine.CoroutineListener;
import io.tourbillon.coroutine.CoroutineScheduler;
import io.tourbillon.coroutine.Engine;
import io.tourbillon.coroutine.LoopStall;
import io.tourbillon.coroutine.RealTimeWait;
import io.tourbillon.coroutine.SchedulingPolicy;
import io.tourbillon.coroutine.internal.engine.BlockingThreads;
import io.tourbillon.coroutine.internal.loop.Poller;
import io.tourbillon.timer.Clock;
import io.tourbillon.timer.TaskDecorator;
import io.tourbillon.timer.internal.watchdog.ThrottledLog;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Checks and keeps the options of a scheduler. */
final class SchedulerBuilder implements CoroutineScheduler.Builder {
  private static final int MOST_LOOPS = 1024;

  int loops = Runtime.getRuntime().availableProcessors();

  /** Whether {@link #loops(int)} was called with 1. */
  boolean asksForOneLoop;

  @Nullable Engine engine;
  Clock clock = Clock.system();
  String name = "coroutine";
  Duration tick = Duration.ofMillis(1);
  CoroutineExceptionHandler exceptionHandler = CoroutineExceptionHandler.logging();
  boolean recordStats;
  boolean recordCreationSites;
  SchedulingPolicy policy = SchedulingPolicy.fifo();
  int blockingThreads = BlockingThreads.DEFAULT_MOST;
  Duration budget = Duration.ofNanos(500_000);
  @Nullable Duration watchdogBound = Duration.ofMillis(100);
  Consumer<? super LoopStall> stallHandler =
      new ThrottledLog(System.getLogger("io.tourbillon.coroutine"))::warn;
  Consumer<? super RealTimeWait> realTimeWaitHandler = SchedulerBuilder::log;
  @Nullable Duration closeGrace;
  @Nullable CoroutineDecorator decorator;
  @Nullable CoroutineListener listener;

  /** Makes what the loops rest in; null for the alarm of the clock. See {@link SchedulerKernel}. */
  Poller.@Nullable Factory pollers;

  /** How long a close waits before it logs for which coroutines. Tests shorten it. */
  Duration closeReportAfter = Duration.ofSeconds(10);

  /**
   * One of so many turns is not given, and the coroutine goes to another loop instead; 0 for none.
   * For tests, which so move coroutines at any time.
   */
  int mix = Integer.getInteger("io.tourbillon.coroutine.mix", 0);

  SchedulerBuilder() {}

  private static void log(RealTimeWait wait) {
    Throwable where = new Throwable("where it waits");
    where.setStackTrace(wait.stack().toArray(StackTraceElement[]::new));
    System.getLogger("io.tourbillon.coroutine")
        .log(System.Logger.Level.WARNING, wait.toString(), where);
  }

  @Override
  public SchedulerBuilder loops(int loops) {
    if (loops < 1 || loops > MOST_LOOPS) {
      throw new IllegalArgumentException("loops must be from 1 to " + MOST_LOOPS + ": " + loops);
    }
    this.loops = loops;
    asksForOneLoop = loops == 1;
    return this;
  }

  @Override
  public SchedulerBuilder engine(Engine engine) {
    this.engine = Objects.requireNonNull(engine, "engine");
    return this;
  }

  @Override
  public SchedulerBuilder clock(Clock clock) {
    this.clock = Objects.requireNonNull(clock, "clock");
    return this;
  }

  @Override
  public SchedulerBuilder name(String name) {
    this.name = Objects.requireNonNull(name, "name");
    return this;
  }

  @Override
  public SchedulerBuilder tick(Duration tick) {
    Objects.requireNonNull(tick, "tick");
    if (tick.compareTo(Duration.ofNanos(10_000)) < 0 || tick.compareTo(Duration.ofHours(1)) > 0) {
      throw new IllegalArgumentException("tick must be from PT0.00001S to PT1H: " + tick);
    }
    this.tick = tick;
    return this;
  }

  @Override
  public SchedulerBuilder watchdog(Duration bound) {
    Objects.requireNonNull(bound, "bound");
    if (!bound.isZero()
        && (bound.compareTo(Duration.ofMillis(1)) < 0 || bound.compareTo(Duration.ofDays(1)) > 0)) {
      throw new IllegalArgumentException(
          "watchdog bound must be zero or from PT0.001S to PT24H: " + bound);
    }
    watchdogBound = bound.isZero() ? null : bound;
    return this;
  }

  @Override
  public SchedulerBuilder stallHandler(Consumer<? super LoopStall> handler) {
    stallHandler = Objects.requireNonNull(handler, "handler");
    return this;
  }

  @Override
  public SchedulerBuilder realTimeWaitHandler(Consumer<? super RealTimeWait> handler) {
    realTimeWaitHandler = Objects.requireNonNull(handler, "handler");
    return this;
  }

  @Override
  public SchedulerBuilder budget(Duration budget) {
    Objects.requireNonNull(budget, "budget");
    if (budget.isNegative()) {
      throw new IllegalArgumentException("budget must not be negative: " + budget);
    }
    this.budget = budget;
    return this;
  }

  @Override
  public SchedulerBuilder policy(SchedulingPolicy policy) {
    this.policy = Objects.requireNonNull(policy, "policy");
    return this;
  }

  @Override
  public SchedulerBuilder recordStats() {
    return recordStats(true);
  }

  @Override
  public SchedulerBuilder recordStats(boolean recordStats) {
    this.recordStats = recordStats;
    return this;
  }

  @Override
  public SchedulerBuilder blockingThreads(int most) {
    if (most < 1) {
      throw new IllegalArgumentException("blockingThreads must be at least 1: " + most);
    }
    blockingThreads = most;
    return this;
  }

  @Override
  public SchedulerBuilder recordCreationSites() {
    recordCreationSites = true;
    return this;
  }

  @Override
  public SchedulerBuilder closeGrace(Duration grace) {
    closeGrace = requireGrace(grace);
    return this;
  }

  static Duration requireGrace(Duration grace) {
    if (Objects.requireNonNull(grace, "grace").isNegative()) {
      throw new IllegalArgumentException("grace must not be negative: " + grace);
    }
    return grace;
  }

  @Override
  public SchedulerBuilder exceptionHandler(CoroutineExceptionHandler handler) {
    exceptionHandler = Objects.requireNonNull(handler, "handler");
    return this;
  }

  @Override
  public SchedulerBuilder decorator(CoroutineDecorator decorator) {
    this.decorator = Objects.requireNonNull(decorator, "decorator");
    return this;
  }

  @Override
  public SchedulerBuilder decorator(TaskDecorator decorator) {
    return decorator(CoroutineDecorator.of(decorator));
  }

  @Override
  public SchedulerBuilder listener(CoroutineListener listener) {
    this.listener = Objects.requireNonNull(listener, "listener");
    return this;
  }

  @Override
  public CoroutineScheduler build() {
    return LoopScheduler.start(this);
  }
}
