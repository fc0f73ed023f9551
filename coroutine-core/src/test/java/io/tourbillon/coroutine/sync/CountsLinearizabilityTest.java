package io.tourbillon.coroutine.sync;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.coroutine.Linearizability;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Operations of event, wait group and barrier that do not wait, with broken twins.
 *
 * <p>A barrier has three parties and two threads, so it never opens: whether two calls that do not
 * wait meet in it depends on time, and no order of the calls explains that.
 */
@Tag("long") // Takes some minutes.
@Tag("stress")
@Tag("handoff") // Independent of the engine, so it runs once.
@Timeout(5000)
class CountsLinearizabilityTest {
  private static final int RACES = 50;
  private static final int ORDERS = 2;
  private static final int MANY = 30;

  /** Operations on an event. */
  public static class OfEvent {
    private final Event event = new Event();

    @Operation
    public boolean set() {
      return event.set();
    }

    @Operation
    public void clear() {
      event.clear();
    }

    @Operation
    public boolean isSet() {
      return event.isSet();
    }

    @Operation
    public boolean awaitAtOnce() {
      try {
        event.await(Duration.ZERO);
        return true;
      } catch (TimeoutException notSet) {
        return false;
      }
    }
  }

  /** The specification. It is also the twin, because its threads check before they act. */
  public static class EventByOne {
    private volatile boolean set;

    @Operation
    public boolean set() {
      boolean changed = !set;
      set = true;
      return changed;
    }

    @Operation
    public void clear() {
      set = false;
    }

    @Operation
    public boolean isSet() {
      return set;
    }

    @Operation
    public boolean awaitAtOnce() {
      return set;
    }
  }

  /** Operations on a wait group. */
  public static class OfWaitGroup {
    private final WaitGroup group = new WaitGroup();

    @Operation
    public void add(@Param(gen = IntGen.class, conf = "1:2") int more) {
      group.add(more);
    }

    @Operation
    public boolean done() {
      try {
        group.done();
        return true;
      } catch (IllegalStateException tooOften) {
        return false;
      }
    }

    @Operation
    public int count() {
      return group.count();
    }

    @Operation
    public boolean awaitAtOnce() {
      try {
        group.await(Duration.ZERO);
        return true;
      } catch (TimeoutException notZero) {
        return false;
      }
    }
  }

  /** The specification, which is also the twin. */
  public static class WaitGroupByOne {
    private volatile int count;

    @Operation
    public void add(@Param(gen = IntGen.class, conf = "1:2") int more) {
      int seen = count;
      count = seen + more;
    }

    @Operation
    public boolean done() {
      int seen = count;
      if (seen == 0) {
        return false;
      }
      count = seen - 1;
      return true;
    }

    @Operation
    public int count() {
      return count;
    }

    @Operation
    public boolean awaitAtOnce() {
      return count == 0;
    }
  }

  /** Operations on a barrier that never opens. */
  public static class OfBarrier {
    private final Barrier barrier = new Barrier(3);

    @Operation
    public boolean awaitAtOnce() {
      try {
        int _ = barrier.await(Duration.ZERO);
        return true;
      } catch (TimeoutException | BarrierBrokenException alone) {
        return false;
      }
    }

    @Operation
    public void reset() {
      barrier.reset();
    }

    @Operation
    public boolean isBroken() {
      return barrier.isBroken();
    }
  }

  /** The specification. */
  public static class BarrierByOne {
    private boolean broken;

    @Operation
    public boolean awaitAtOnce() {
      broken = true;
      return false;
    }

    @Operation
    public void reset() {
      broken = false;
    }

    @Operation
    public boolean isBroken() {
      return broken;
    }
  }

  /** The twin: a reset that opens the next round in two steps. */
  public static class BarrierTwin {
    private volatile boolean broken;

    @Operation
    public boolean awaitAtOnce() {
      broken = true;
      return false;
    }

    @Operation
    public void reset() {
      broken = true; // For those that wait.
      broken = false;
    }

    @Operation
    public boolean isBroken() {
      return broken;
    }
  }

  @Test
  void event_isLinearizable() throws Exception {
    assertTrue(Linearizability.holdsInRaces(OfEvent.class, EventByOne.class, RACES));
    assertTrue(Linearizability.holdsInOrders(OfEvent.class, EventByOne.class, ORDERS));
  }

  @Test
  void eventTwin_isCaught() throws Exception {
    assertFalse(Linearizability.holdsInOrders(EventByOne.class, EventByOne.class, MANY));
  }

  @Test
  void waitGroup_isLinearizable() throws Exception {
    assertTrue(Linearizability.holdsInRaces(OfWaitGroup.class, WaitGroupByOne.class, RACES));
    assertTrue(Linearizability.holdsInOrders(OfWaitGroup.class, WaitGroupByOne.class, ORDERS));
  }

  @Test
  void waitGroupTwin_isCaught() throws Exception {
    assertFalse(Linearizability.holdsInOrders(WaitGroupByOne.class, WaitGroupByOne.class, MANY));
  }

  @Test
  void barrier_isLinearizable() throws Exception {
    assertTrue(Linearizability.holdsInRaces(OfBarrier.class, BarrierByOne.class, RACES));
    assertTrue(Linearizability.holdsInOrders(OfBarrier.class, BarrierByOne.class, ORDERS));
  }

  @Test
  void barrierTwin_isCaught() throws Exception {
    assertFalse(Linearizability.holdsInOrders(BarrierTwin.class, BarrierByOne.class, MANY));
  }

  @Test
  void all_forLong() throws Exception {
    assertTrue(Linearizability.holdsInRaces(OfEvent.class, EventByOne.class, 20 * MANY));
    assertTrue(Linearizability.holdsInRaces(OfWaitGroup.class, WaitGroupByOne.class, 20 * MANY));
    assertTrue(Linearizability.holdsInRaces(OfBarrier.class, BarrierByOne.class, 20 * MANY));
    assertTrue(Linearizability.holdsInOrders(OfEvent.class, EventByOne.class, MANY));
    assertTrue(Linearizability.holdsInOrders(OfWaitGroup.class, WaitGroupByOne.class, MANY));
    assertTrue(Linearizability.holdsInOrders(OfBarrier.class, BarrierByOne.class, MANY));
  }
}
