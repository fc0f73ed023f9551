package io.tourbillon.coroutine.channel;

import static io.tourbillon.coroutine.channel.Select.onReceive;
import static io.tourbillon.coroutine.channel.Select.onReceiveOrClosed;
import static io.tourbillon.coroutine.channel.Select.onSend;
import static io.tourbillon.coroutine.channel.Select.onTimeout;
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

/** Operations of channels and selects that do not wait, with broken twins. */
@Tag("long") // Takes some minutes.
@Tag("stress")
@Tag("handoff") // Independent of the engine, so it runs once.
@Timeout(5000)
class ChannelLinearizabilityTest {
  private static final int RACES = 50;
  private static final int ORDERS = 2;
  private static final int MANY = 30;

  /** Operations on a channel with room for two. */
  public static class OfChannel {
    private final Channel<Integer> channel = Channel.buffered(2);

    @Operation
    public boolean trySend(@Param(gen = IntGen.class, conf = "1:9") int value) {
      return channel.trySend(value);
    }

    @Operation
    public String sendAtOnce(@Param(gen = IntGen.class, conf = "1:9") int value) {
      try {
        channel.send(value, Duration.ZERO);
        return "sent";
      } catch (TimeoutException full) {
        return "full";
      } catch (ChannelClosedException closed) {
        return "closed";
      }
    }

    @Operation
    public int tryReceive() {
      return channel.tryReceive().orElse(0);
    }

    @Operation
    public String receiveAtOnce() {
      try {
        return "received " + channel.receive(Duration.ZERO);
      } catch (TimeoutException empty) {
        return "empty";
      } catch (ChannelClosedException closed) {
        return "closed";
      }
    }

    @Operation
    public boolean close() {
      return channel.closeWith(null);
    }

    @Operation
    public boolean isClosed() {
      return channel.isClosed();
    }

    @Operation
    public int size() {
      return channel.size();
    }
  }

  /** The specification. It is also the twin, because its threads check before they act. */
  public static class ChannelByOne {
    private volatile int first;
    private volatile int second;
    private volatile boolean closed;

    @Operation
    public boolean trySend(@Param(gen = IntGen.class, conf = "1:9") int value) {
      return sendAtOnce(value).equals("sent");
    }

    @Operation
    public String sendAtOnce(@Param(gen = IntGen.class, conf = "1:9") int value) {
      if (closed) {
        return "closed";
      }
      if (first == 0) {
        first = value;
      } else if (second == 0) {
        second = value;
      } else {
        return "full";
      }
      return "sent";
    }

    @Operation
    public int tryReceive() {
      int value = first;
      first = second;
      second = 0;
      return value;
    }

    @Operation
    public String receiveAtOnce() {
      int value = tryReceive();
      if (value != 0) {
        return "received " + value;
      }
      return closed ? "closed" : "empty";
    }

    @Operation
    public boolean close() {
      boolean wasOpen = !closed;
      closed = true;
      return wasOpen;
    }

    @Operation
    public boolean isClosed() {
      return closed;
    }

    @Operation
    public int size() {
      return (first == 0 ? 0 : 1) + (second == 0 ? 0 : 1);
    }
  }

  /** Two channels, and selects of both that prefer the left one. */
  public static class OfSelect {
    final Channel<Integer> left = Channel.buffered(1);
    final Channel<Integer> right = Channel.buffered(1);

    @Operation
    public String receive() {
      return Select.of(
              onReceiveOrClosed(left, value -> "left " + value, () -> "left is closed"),
              onReceive(right, value -> "right " + value),
              onTimeout(Duration.ZERO, () -> "none"))
          .biased()
          .await();
    }

    @Operation
    public String send(@Param(gen = IntGen.class, conf = "1:9") int value) {
      try {
        return Select.of(
                onSend(right, value, () -> "right"),
                onSend(left, value, () -> "left"),
                onTimeout(Duration.ZERO, () -> "both are full"))
            .biased()
            .await();
      } catch (ChannelClosedException closed) {
        return "left is closed";
      }
    }

    @Operation
    public boolean sendLeft(@Param(gen = IntGen.class, conf = "1:9") int value) {
      return left.trySend(value);
    }

    @Operation
    public boolean sendRight(@Param(gen = IntGen.class, conf = "1:9") int value) {
      return right.trySend(value);
    }

    @Operation
    public void closeLeft() {
      left.close();
    }
  }

  /** The specification. */
  public static class SelectByOne {
    private int left;
    private int right;
    private boolean leftIsClosed;

    @Operation
    public String receive() {
      if (left != 0) {
        String received = "left " + left;
        left = 0;
        return received;
      }
      if (leftIsClosed) {
        return "left is closed";
      }
      String received = right == 0 ? "none" : "right " + right;
      right = 0;
      return received;
    }

    @Operation
    public String send(@Param(gen = IntGen.class, conf = "1:9") int value) {
      if (sendRight(value)) {
        return "right";
      }
      if (leftIsClosed) {
        return "left is closed";
      }
      return sendLeft(value) ? "left" : "both are full";
    }

    @Operation
    public boolean sendLeft(@Param(gen = IntGen.class, conf = "1:9") int value) {
      if (leftIsClosed || left != 0) {
        return false;
      }
      left = value;
      return true;
    }

    @Operation
    public boolean sendRight(@Param(gen = IntGen.class, conf = "1:9") int value) {
      if (right != 0) {
        return false;
      }
      right = value;
      return true;
    }

    @Operation
    public void closeLeft() {
      leftIsClosed = true;
    }
  }

  /** The twin: tries one channel after the other, as code without a select would. */
  public static class SelectTwin extends OfSelect {
    @Override
    @Operation
    public String receive() {
      int value = left.tryReceive().orElse(0);
      if (value != 0) {
        return "left " + value;
      }
      if (left.isClosed()) {
        return "left is closed";
      }
      value = right.tryReceive().orElse(0);
      return value == 0 ? "none" : "right " + value;
    }

    @Override
    @Operation
    public String send(@Param(gen = IntGen.class, conf = "1:9") int value) {
      if (right.trySend(value)) {
        return "right";
      }
      if (left.isClosed()) {
        return "left is closed";
      }
      return left.trySend(value) ? "left" : "both are full";
    }

    @Override
    @Operation
    public boolean sendLeft(@Param(gen = IntGen.class, conf = "1:9") int value) {
      return super.sendLeft(value);
    }

    @Override
    @Operation
    public boolean sendRight(@Param(gen = IntGen.class, conf = "1:9") int value) {
      return super.sendRight(value);
    }

    @Override
    @Operation
    public void closeLeft() {
      super.closeLeft();
    }
  }

  @Test
  void channel_isLinearizable() throws Exception {
    assertTrue(Linearizability.holdsInRaces(OfChannel.class, ChannelByOne.class, RACES));
    assertTrue(Linearizability.holdsInOrders(OfChannel.class, ChannelByOne.class, ORDERS));
  }

  @Test
  void channelTwin_isCaught() throws Exception {
    assertFalse(Linearizability.holdsInOrders(ChannelByOne.class, ChannelByOne.class, MANY));
  }

  @Test
  void select_isLinearizable() throws Exception {
    assertTrue(Linearizability.holdsInRaces(OfSelect.class, SelectByOne.class, RACES));
    assertTrue(Linearizability.holdsInOrders(OfSelect.class, SelectByOne.class, ORDERS));
  }

  @Test
  void selectTwin_isCaught() throws Exception {
    assertFalse(Linearizability.holdsInOrders(SelectTwin.class, SelectByOne.class, MANY));
  }

  @Test
  void both_forLong() throws Exception {
    assertTrue(Linearizability.holdsInRaces(OfChannel.class, ChannelByOne.class, 20 * MANY));
    assertTrue(Linearizability.holdsInRaces(OfSelect.class, SelectByOne.class, 20 * MANY));
    assertTrue(Linearizability.holdsInOrders(OfChannel.class, ChannelByOne.class, MANY));
    assertTrue(Linearizability.holdsInOrders(OfSelect.class, SelectByOne.class, MANY));
  }
}
