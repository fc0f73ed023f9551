package io.tourbillon.bench.soak.load;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.bench.soak.round.RoundResult;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The loads, small and for a moment. */
@Timeout(120)
class LoadsTest {
  private static final Duration MOMENT = Duration.ofSeconds(1);

  @Test
  void pendingTimers_areAllAccountedFor() throws Exception {
    RoundResult result = new PendingTimers(20_000, 50_000).run("timers", 1, MOMENT);
    assertEquals(List.of(), result.breaches());
    assertEquals(20_000, result.figures().get("timers armed"));
    assertTrue(result.figures().get("calls a second reached") > 1000, result::toString);
  }

  @Test
  void sockets_echoEveryMessage() throws Exception {
    RoundResult result = new Sockets(50, Duration.ofMillis(300)).run("sockets", 1, MOMENT);
    assertEquals(List.of(), result.breaches());
    assertEquals(100, result.figures().get("coroutines on sockets"));
    assertTrue(result.figures().get("echoes") > 50, result::toString);
  }

  @Test
  void overload_isRefusedAndTheRestRuns() throws Exception {
    RoundResult result = new Overload().run("overload", 1, MOMENT);
    assertEquals(List.of(), result.breaches());
    assertTrue(result.figures().get("refused by the limit of pending timers") > 0);
    assertTrue(result.figures().get("of those refused by the executor") > 0);
    assertTrue(result.figures().get("of those run") > 0);
  }
}
