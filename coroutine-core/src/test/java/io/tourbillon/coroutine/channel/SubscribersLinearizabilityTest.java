package io.tourbillon.coroutine.channel;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.coroutine.Linearizability;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Operations of a latest value and of a broadcast that drops the oldest, with broken twins.
 *
 * <p>The broadcast has one subscriber here: its values go to one subscriber after the other, so two
 * need not have the same ones at the same time.
 */
@Tag("long") // Takes some minutes.
@Tag("stress")
@Tag("handoff") // Independent of the engine, so it runs once.
@Timeout(5000)
class SubscribersLinearizabilityTest {
  private static final int RACES = 50;
  private static final int ORDERS = 2;
  private static final int MANY = 30;

  /** Operations on a latest value and its two subscribers. */
  public static class OfLatestValue {
    private final LatestValue<Integer> latest = new LatestValue<>(1);
    private final Source<Integer> seen = latest.subscribe();
    private final Source<Integer> seenByOther = latest.subscribe();

    @Operation
    public int get() {
      return latest.get();
    }

    @Operation
    public boolean set(@Param(gen = IntGen.class, conf = "1:9") int value) {
      try {
        latest.set(value);
        return true;
      } catch (ChannelClosedException closed) {
        return false;
      }
    }

    @Operation
    public int increment() {
      try {
        return latest.update(value -> value + 1);
      } catch (ChannelClosedException closed) {
        return 0;
      }
    }

    @Operation
    public int tryReceive() {
      return seen.tryReceive().orElse(0);
    }

    @Operation
    public int tryReceiveOther() {
      return seenByOther.tryReceive().orElse(0);
    }

    @Operation
    public boolean close() {
      return latest.closeWith(null);
    }
  }

  /** The specification. It is also the twin, because its threads check before they act. */
  public static class LatestValueByOne {
    private volatile int value = 1;
    private volatile int unseen = 1;
    private volatile int unseenByOther = 1;
    private volatile boolean closed;

    @Operation
    public int get() {
      return value;
    }

    @Operation
    public boolean set(@Param(gen = IntGen.class, conf = "1:9") int next) {
      if (closed) {
        return false;
      }
      value = next;
      unseen = next;
      unseenByOther = next;
      return true;
    }

    @Operation
    public int increment() {
      int next = value + 1;
      return set(next) ? next : 0;
    }

    @Operation
    public int tryReceive() {
      int received = unseen;
      unseen = 0;
      return received;
    }

    @Operation
    public int tryReceiveOther() {
      int received = unseenByOther;
      unseenByOther = 0;
      return received;
    }

    @Operation
    public boolean close() {
      boolean wasOpen = !closed;
      closed = true;
      return wasOpen;
    }
  }

  /** Operations on a broadcast with room for two and its subscriber. */
  public static class OfBroadcast {
    private final Broadcast<Integer> broadcast = Broadcast.droppingOldest(2);
    private final Source<Integer> seen = broadcast.subscribe();

    @Operation
    public boolean send(@Param(gen = IntGen.class, conf = "1:9") int value) {
      try {
        broadcast.send(value);
        return true;
      } catch (ChannelClosedException closed) {
        return false;
      }
    }

    @Operation
    public int tryReceive() {
      return seen.tryReceive().orElse(0);
    }

    @Operation
    public boolean close() {
      return broadcast.closeWith(null);
    }
  }

  /** The specification, which is also the twin. */
  public static class BroadcastByOne {
    private volatile int first;
    private volatile int second;
    private volatile boolean closed;

    @Operation
    public boolean send(@Param(gen = IntGen.class, conf = "1:9") int value) {
      if (closed) {
        return false;
      }
      if (first == 0) {
        first = value;
      } else {
        if (second != 0) {
          first = second;
        }
        second = value;
      }
      return true;
    }

    @Operation
    public int tryReceive() {
      int received = first;
      first = second;
      second = 0;
      return received;
    }

    @Operation
    public boolean close() {
      boolean wasOpen = !closed;
      closed = true;
      return wasOpen;
    }
  }

  @Test
  void latestValue_isLinearizable() throws Exception {
    assertTrue(Linearizability.holdsInRaces(OfLatestValue.class, LatestValueByOne.class, RACES));
    assertTrue(Linearizability.holdsInOrders(OfLatestValue.class, LatestValueByOne.class, ORDERS));
  }

  @Test
  void latestValueTwin_isCaught() throws Exception {
    assertFalse(
        Linearizability.holdsInOrders(LatestValueByOne.class, LatestValueByOne.class, MANY));
  }

  @Test
  void broadcast_isLinearizable() throws Exception {
    assertTrue(Linearizability.holdsInRaces(OfBroadcast.class, BroadcastByOne.class, RACES));
    assertTrue(Linearizability.holdsInOrders(OfBroadcast.class, BroadcastByOne.class, ORDERS));
  }

  @Test
  void broadcastTwin_isCaught() throws Exception {
    assertFalse(Linearizability.holdsInOrders(BroadcastByOne.class, BroadcastByOne.class, MANY));
  }

  @Test
  void both_forLong() throws Exception {
    assertTrue(
        Linearizability.holdsInRaces(OfLatestValue.class, LatestValueByOne.class, 20 * MANY));
    assertTrue(Linearizability.holdsInRaces(OfBroadcast.class, BroadcastByOne.class, 20 * MANY));
    assertTrue(Linearizability.holdsInOrders(OfLatestValue.class, LatestValueByOne.class, MANY));
    assertTrue(Linearizability.holdsInOrders(OfBroadcast.class, BroadcastByOne.class, MANY));
  }
}
