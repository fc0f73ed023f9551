package io.tourbillon.coroutine;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.timer.Clock;
import io.tourbillon.timer.LongTimers;
import io.tourbillon.timer.PolledTimerService;
import io.tourbillon.timer.TimerHandle;
import io.tourbillon.timer.TimerService;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jetbrains.lincheck.datastructures.Operation;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Operations on a timer that is due, with a handle and as a number, while one thread polls, with a
 * broken twin. The test stands here because {@link Linearizability} does.
 *
 * <p>The shutdown of a service is left out, and so are groups: a shutdown stops the driver and then
 * ends one timer after the other, as {@code TimerGroup.close} and {@code cancelAll} do. Meanwhile a
 * call may be refused, or a poll do nothing, although a timer can still be cancelled or pushed out.
 */
@Tag("long") // Takes some minutes.
@Tag("stress")
@Tag("handoff") // Independent of the engine, so it runs once.
@Timeout(5000)
class TimersLinearizabilityTest {
  private static final int RACES = 50;
  private static final int ORDERS = 2;
  private static final int MANY = 30;
  private static final int BUDGET = 8;

  /** A clock that is set by the constructor of a test. */
  private static final class SetClock implements Clock {
    private volatile long nanos;

    void set(Duration time) {
      nanos = time.toNanos();
    }

    @Override
    public long nanoTime() {
      return nanos;
    }

    @Override
    public Alarm newAlarm(Thread thread) {
      throw new UnsupportedOperationException("a polled service rests by other means");
    }
  }

  /** Operations on a timer with a handle. */
  public static class OfHandle {
    private final SetClock clock = new SetClock();
    private final PolledTimerService timers =
        TimerService.builder().clock(clock).buildPolled(() -> {});

    private int runs;
    private final TimerHandle timer = timers.schedule(Duration.ZERO, () -> runs++);

    public OfHandle() {
      clock.set(Duration.ofMillis(5));
    }

    @Operation
    public boolean cancel() {
      return timer.cancel();
    }

    @Operation
    public boolean pushOut() {
      return timer.reschedule(Duration.ofHours(1));
    }

    @Operation(nonParallelGroup = "poller")
    public int poll() {
      int before = runs;
      int _ = timers.poll(BUDGET);
      return runs - before;
    }
  }

  /** Operations on a timer that is known by its id. */
  public static class OfId {
    private final SetClock clock = new SetClock();
    private final PolledTimerService timers =
        TimerService.builder().clock(clock).buildPolled(() -> {});

    private int runs;
    private final long timer = timers.arm(0, TimeUnit.MILLISECONDS, () -> runs++);

    public OfId() {
      clock.set(Duration.ofMillis(5));
    }

    @Operation
    public boolean cancel() {
      return timers.cancel(timer);
    }

    @Operation
    public boolean pushOut() {
      return timers.rearm(timer, 1, TimeUnit.HOURS);
    }

    @Operation(nonParallelGroup = "poller")
    public int poll() {
      int before = runs;
      int _ = timers.poll(BUDGET);
      return runs - before;
    }
  }

  /** Operations on a timer that is a number. */
  public static class OfNumber {
    private final SetClock clock = new SetClock();
    private final PolledTimerService timers =
        TimerService.builder().clock(clock).buildPolled(() -> {});

    private int runs;
    private final LongTimers numbers = timers.longTimers(_ -> runs++);
    private final long timer = numbers.arm(0, TimeUnit.MILLISECONDS, 7);

    public OfNumber() {
      clock.set(Duration.ofMillis(5));
    }

    @Operation
    public boolean cancel() {
      return numbers.cancel(timer);
    }

    @Operation
    public boolean pushOut() {
      return numbers.rearm(timer, 1, TimeUnit.HOURS);
    }

    @Operation(nonParallelGroup = "poller")
    public int poll() {
      int before = runs;
      int _ = timers.poll(BUDGET);
      return runs - before;
    }

    @Operation
    public int shutdown() {
      return numbers.shutdownNow().length;
    }
  }

  /** The specification. It is also the twin, because its threads check before they act. */
  public static class TimerByOne {
    private volatile boolean pending = true;
    private volatile boolean due = true;

    @Operation
    public boolean cancel() {
      boolean ends = pending;
      pending = false;
      return ends;
    }

    @Operation
    public boolean pushOut() {
      if (pending) {
        due = false;
      }
      return pending;
    }

    @Operation(nonParallelGroup = "poller")
    public int poll() {
      return due && cancel() ? 1 : 0;
    }

    @Operation
    public int shutdown() {
      return cancel() ? 1 : 0;
    }
  }

  @Test
  void timersWithHandles_areLinearizable() throws Exception {
    assertTrue(Linearizability.holdsInRaces(OfHandle.class, TimerByOne.class, RACES));
    assertTrue(Linearizability.holdsInOrders(OfHandle.class, TimerByOne.class, ORDERS));
  }

  @Test
  void timersWithIds_areLinearizable() throws Exception {
    assertTrue(Linearizability.holdsInRaces(OfId.class, TimerByOne.class, RACES));
    assertTrue(Linearizability.holdsInOrders(OfId.class, TimerByOne.class, ORDERS));
  }

  @Test
  void longTimers_areLinearizable() throws Exception {
    assertTrue(Linearizability.holdsInRaces(OfNumber.class, TimerByOne.class, RACES));
    assertTrue(Linearizability.holdsInOrders(OfNumber.class, TimerByOne.class, ORDERS));
  }

  @Test
  void twin_isCaught() throws Exception {
    assertFalse(Linearizability.holdsInOrders(TimerByOne.class, TimerByOne.class, MANY));
  }

  @Test
  void all_forLong() throws Exception {
    assertTrue(Linearizability.holdsInRaces(OfHandle.class, TimerByOne.class, 20 * MANY));
    assertTrue(Linearizability.holdsInRaces(OfId.class, TimerByOne.class, 20 * MANY));
    assertTrue(Linearizability.holdsInRaces(OfNumber.class, TimerByOne.class, 20 * MANY));
    // A scenario takes up to some minutes: each poll of a wheel has many steps.
    assertTrue(Linearizability.holdsInOrders(OfHandle.class, TimerByOne.class, 3 * ORDERS));
    assertTrue(Linearizability.holdsInOrders(OfId.class, TimerByOne.class, 3 * ORDERS));
    assertTrue(Linearizability.holdsInOrders(OfNumber.class, TimerByOne.class, 3 * ORDERS));
  }
}
