package io.tourbillon.bench.soak.load;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.bench.soak.round.RoundResult;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The loads, small and for a moment. */
@Timeout(120)
class LoadsTest {
  private static final Duration MOMENT = Duration.ofSeconds(1);
  private static final Duration PAUSE = Duration.ofMillis(300);

  @Test
  void pendingTimers_areAllAccountedFor() throws Exception {
    RoundResult result = new PendingTimers(20_000, 50_000).run("timers", 1, MOMENT);
    assertEquals(List.of(), result.breaches());
    assertEquals(20_000, result.figures().get("timers armed"));
    assertTrue(result.figures().get("calls a second reached") > 1000, result::toString);
  }

  /** One worker in this JVM, whose clients talk to its own servers. */
  @Test
  void sockets_echoEveryMessage() throws Exception {
    try (SocketTraffic traffic = new SocketTraffic(0, 1, PAUSE)) {
      traffic.connect(traffic.listen(50), 50, 1_000);
      traffic.settle();
      traffic.measure();
      TimeUnit.NANOSECONDS.sleep(MOMENT.toNanos());
      WorkerReport report = traffic.finish();
      assertEquals(List.of(), report.breaches());
      assertEquals(50, report.connected());
      assertEquals(50, report.accepted());
      assertEquals(report.sent(), report.received());
      assertEquals(report.sent(), report.echoed());
      assertTrue(report.measuredEchoes() > 50, report::toString);
      assertTrue(WorkerReport.decode(report.timers()).getTotalCount() > 50, report::toString);
    }
  }

  /** 130 ends, of which a process may have 50. */
  @Test
  @Tag("long")
  void sockets_ofSeveralProcesses_areAddedUp() throws Exception {
    RoundResult result = new Sockets(65, 250, PAUSE, SocketWorker.class).run("sockets", 1, MOMENT);
    assertEquals(List.of(), result.breaches());
    assertEquals(3, result.figures().get("processes"));
    assertEquals(65, result.figures().get("connections"));
    assertEquals(130, result.figures().get("coroutines that wait for a socket of their own"));
    assertTrue(result.figures().get("echoes") > 65, result::toString);
    assertTrue(result.figures().get("lateness of delays, p50, us") > 0, result::toString);
  }

  @Test
  @Tag("long")
  void sockets_ofAProcessThatDies_breakTheRound() throws Exception {
    RoundResult result =
        new Sockets(65, 250, PAUSE, MortalWorker.class).run("sockets", 1, Duration.ofMinutes(1));
    assertEquals(1, result.breaches().size(), result::toString);
    String breach = result.breaches().getFirst();
    assertTrue(breach.startsWith("each worker lives to the end: worker 2 of 3, process "), breach);
    assertTrue(breach.endsWith(": it ended with exit code 9: the disk is on fire"), breach);
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
