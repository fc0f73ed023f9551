package io.tourbillon.bench.subject;

import io.tourbillon.timer.TimerService;

/**
 * The timer services that are compared. A number is the size of Netty's wheel, in slots of 1 ms.
 */
public enum TimerKind {
  /** Ours by {@code arm}, {@code cancel(id)} and {@code rearm}: the form that allocates nothing. */
  OURS_IDS {
    @Override
    public TimerSubject open(int places, boolean recordStats) {
      return new OursById(places, ours(recordStats));
    }
  },
  /** Ours by {@code schedule} and the methods of the handle. */
  OURS_HANDLES {
    @Override
    public TimerSubject open(int places, boolean recordStats) {
      return new OursByHandle(places, ours(recordStats));
    }
  },
  /** Netty with the wheel size that it has by default: each slot holds timers of many rounds. */
  NETTY_512 {
    @Override
    public TimerSubject open(int places, boolean recordStats) {
      return netty(places, 512, recordStats);
    }
  },
  /** Netty with a wheel that turns in 8 s: a size that suits delays of some seconds. */
  NETTY_8192 {
    @Override
    public TimerSubject open(int places, boolean recordStats) {
      return netty(places, 8192, recordStats);
    }
  },
  /** Netty with a wheel that turns in 65 s: a size that suits delays of up to a minute. */
  NETTY_65536 {
    @Override
    public TimerSubject open(int places, boolean recordStats) {
      return netty(places, 65_536, recordStats);
    }
  };

  /**
   * Starts a service whose timers stand in so many places.
   *
   * @param recordStats whether it measures itself, which only ours can
   * @throws IllegalArgumentException if that is asked of a peer
   */
  public abstract TimerSubject open(int places, boolean recordStats);

  private static TimerService ours(boolean recordStats) {
    return TimerService.builder()
        .threadFactory(SubjectThreads.INSTANCE)
        .recordStats(recordStats)
        .build();
  }

  private static TimerSubject netty(int places, int slots, boolean recordStats) {
    if (recordStats) {
      throw new IllegalArgumentException("recordStats must be false for a peer: true");
    }
    return new NettyTimers(places, slots);
  }
}
