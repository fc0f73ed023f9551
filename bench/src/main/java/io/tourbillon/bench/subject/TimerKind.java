package io.tourbillon.bench.subject;

import io.tourbillon.timer.TimerService;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.function.IntFunction;

/**
 * The timer services that are compared, each with a tick of 1 ms if it has ticks, and with one
 * thread that runs tasks. A number is the size of Netty's wheel in slots.
 */
public enum TimerKind implements Subject {
  /**
   * Ours with {@code arm}, {@code cancel(id)} and {@code rearm}, the form that allocates nothing.
   */
  OURS_IDS(
      Family.OURS_IDS,
      "TimerService: arm, cancel(id), rearm",
      (places, recordStats) -> new OursById(places, ours(recordStats))),
  /** Ours with {@code schedule} and the methods of the handle. */
  OURS_HANDLES(
      Family.OURS_HANDLES,
      "TimerService: schedule, TimerHandle.cancel, reschedule",
      (places, recordStats) -> new OursByHandle(places, ours(recordStats))),
  /** Ours with {@code LongTimers}: a timer is the number of its place. */
  OURS_LONGS(
      Family.OURS_LONGS,
      "LongTimers: arm, cancel, rearm",
      (places, recordStats) -> new OursByLong(places, ours(recordStats))),
  /** Netty with its default wheel size: each slot holds timers of many rounds. */
  NETTY_512(Family.NETTY, netty(512), peer(places -> new NettyTimers(places, 512))),
  /** Netty with a wheel that turns in 8 s: a size that suits delays of some seconds. */
  NETTY_8192(Family.NETTY, netty(8192), peer(places -> new NettyTimers(places, 8192))),
  /** Netty with a wheel that turns in 65 s: a size that suits delays of up to a minute. */
  NETTY_65536(Family.NETTY, netty(65_536), peer(places -> new NettyTimers(places, 65_536))),
  /** The JDK's pool, configured to remove cancelled tasks. */
  JDK_POOL(
      Family.JDK,
      "ScheduledThreadPoolExecutor, 1 thread, setRemoveOnCancelPolicy(true)",
      peer(places -> new JdkTimers(places, removingPool()))),
  /** The JDK's fork-join pool, which has a separate thread for delays. */
  JDK_FORK_JOIN(
      Family.JDK,
      "ForkJoinPool.schedule, parallelism 1",
      peer(places -> new JdkTimers(places, new ForkJoinPool(1)))),
  /** Kafka's hierarchical wheels. */
  KAFKA(
      Family.KAFKA,
      "SystemTimer, wheels of 20 slots from 1 ms on, delays a millisecond longer: else it is early",
      peer(KafkaTimers::new));

  private final Family family;
  private final String configuration;

  /** A method reference without state. */
  @SuppressWarnings("ImmutableEnumChecker")
  private final Opener opener;

  TimerKind(Family family, String configuration, Opener opener) {
    this.family = family;
    this.configuration = configuration;
    this.opener = opener;
  }

  @Override
  public Family family() {
    return family;
  }

  @Override
  public String configuration() {
    return configuration;
  }

  /**
   * Starts a service whose timers have this number of places.
   *
   * @param recordStats whether it records statistics, which only ours can
   * @throws IllegalArgumentException if {@code recordStats} is true for a peer
   */
  public TimerSubject open(int places, boolean recordStats) {
    return opener.open(places, recordStats);
  }

  private static TimerService ours(boolean recordStats) {
    return TimerService.builder()
        .threadFactory(TimerSubject.DRIVER_THREADS)
        .recordStats(recordStats)
        .build();
  }

  private static String netty(int slots) {
    return "HashedWheelTimer, " + slots + " slots of 1 ms, no leak detection, no limit";
  }

  private static ScheduledThreadPoolExecutor removingPool() {
    ScheduledThreadPoolExecutor pool =
        new ScheduledThreadPoolExecutor(1, TimerSubject.DRIVER_THREADS);
    pool.setRemoveOnCancelPolicy(true);
    return pool;
  }

  private static Opener peer(IntFunction<TimerSubject> opener) {
    return (places, recordStats) -> {
      if (recordStats) {
        throw new IllegalArgumentException("recordStats must be false for a peer: true");
      }
      return opener.apply(places);
    };
  }

  private interface Opener {
    TimerSubject open(int places, boolean recordStats);
  }
}
