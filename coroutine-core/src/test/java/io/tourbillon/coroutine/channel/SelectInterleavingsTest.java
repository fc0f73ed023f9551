package io.tourbillon.coroutine.channel;

import static io.tourbillon.coroutine.TestSchedulers.ENGINE;
import static io.tourbillon.coroutine.channel.Select.onReceive;
import static io.tourbillon.coroutine.channel.Select.onReceiveOrClosed;
import static io.tourbillon.coroutine.channel.Select.onSend;
import static io.tourbillon.coroutine.channel.Select.onTimeout;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.coroutine.Coroutine;
import io.tourbillon.coroutine.CoroutineScope;
import io.tourbillon.coroutine.CoroutineScope.Policy;
import io.tourbillon.coroutine.Coroutines;
import io.tourbillon.coroutine.Suspension;
import io.tourbillon.coroutine.testkit.Simulation;
import io.tourbillon.coroutine.testkit.SimulationFailure;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Selects of two channels, on both sides, in thousands of orders. Some of them are cancelled. */
@Timeout(300)
@Tag("continuation") // The orders are the same on each engine; this one is the fastest.
class SelectInterleavingsTest {
  private static final int ORDERS = 2000;
  private static final int VALUES = 6;

  private final Simulation simulation = new Simulation().engine(ENGINE).grace(Duration.ZERO);

  private static final class Crossing {
    private final Channel<Integer> left = Channel.rendezvous();
    private final Channel<Integer> right = Channel.buffered(1);
    private final List<Integer> sent = new ArrayList<>();
    private final List<Integer> received = new ArrayList<>();

    void send() {
      for (int value = 0; value < VALUES; value++) {
        int next = value;
        // Noted in the same turn, because the next one may bring a cancellation.
        boolean _ =
            Select.select(
                onSend(left, next, () -> sent.add(next)),
                onSend(right, next, () -> sent.add(next)),
                onTimeout(Duration.ofMillis(2), () -> false));
      }
    }

    void receive() {
      boolean more = true;
      while (more) {
        more =
            Select.select(
                onReceiveOrClosed(left, received::add, () -> false),
                onReceive(right, received::add),
                onTimeout(Duration.ofMillis(1), () -> true));
      }
    }

    void run() {
      try (CoroutineScope scope = CoroutineScope.open(Policy.FAIL_FAST)) {
        List<Coroutine<?>> senders = new ArrayList<>();
        List<Coroutine<?>> receivers = new ArrayList<>();
        for (int number = 0; number < 2; number++) {
          senders.add(scope.spawn(this::send));
          receivers.add(scope.spawn(this::receive));
        }
        for (int turn = Suspension.random().nextInt(40); turn > 0; turn--) {
          Coroutines.yieldNow();
        }
        senders.getFirst().cancel();
        receivers.getFirst().cancel();
        Coroutine.awaitAll(senders);
        while (right.size() > 0) {
          Coroutines.delay(Duration.ofMillis(1));
        }
        left.close();
        scope.join();
      }
      assertEquals(sent.stream().sorted().toList(), received.stream().sorted().toList());
    }
  }

  @Test
  void values_crossing_arriveOnce_whoeverIsCancelled() {
    simulation.explore(ORDERS, () -> new Crossing().run());
  }

  /** The twin: it is cancelled after it has taken a value and before it has stored it. */
  @Test
  void receiverThatForgetsWhatItHasTaken_isCaught() {
    SimulationFailure failure =
        assertThrows(
            SimulationFailure.class,
            () ->
                simulation.explore(
                    ORDERS,
                    () -> {
                      Channel<String> channel = Channel.rendezvous();
                      List<String> received = new ArrayList<>();
                      Coroutine<?> receiver =
                          Coroutines.scheduler()
                              .spawn(
                                  () -> {
                                    String value = channel.receive();
                                    Coroutines.yieldNow();
                                    received.add(value);
                                  });
                      channel.send("value");
                      receiver.cancel();
                      Coroutine.awaitAll(List.of(receiver));
                      assertEquals(List.of("value"), received);
                    }));
    assertFalse(String.valueOf(failure.getMessage()).contains("another way"), failure::getMessage);
  }

  /** Each of the two accepts either case; they agree on one, in whatever order they come. */
  @Test
  void selects_thatMeet_agree() {
    simulation.explore(
        ORDERS,
        () -> {
          Channel<String> first = Channel.rendezvous();
          Channel<String> second = Channel.rendezvous();
          Coroutine<String> receiving =
              Coroutines.scheduler()
                  .spawn(
                      () ->
                          Select.select(
                              onReceive(first, value -> value + " by first"),
                              onReceive(second, value -> value + " by second")));
          String sent =
              Select.select(
                  onSend(first, "value", () -> "value by first"),
                  onSend(second, "value", () -> "value by second"));
          assertEquals(sent, receiving.join());
          assertTrue(!first.trySend("nobody is there") && !second.trySend("nobody is there"));
        });
  }
}
