package io.tourbillon.bench.compare;

import static io.tourbillon.bench.scenario.Metric.CPU_PER_OPERATION;
import static io.tourbillon.bench.scenario.Scenario.FIRE;
import static io.tourbillon.bench.scenario.Scenario.REQUEST_TIMEOUTS;
import static io.tourbillon.bench.subject.TimerKind.KAFKA;
import static io.tourbillon.bench.subject.TimerKind.NETTY_512;
import static io.tourbillon.bench.subject.TimerKind.NETTY_8192;
import static io.tourbillon.bench.subject.TimerKind.OURS_IDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.bench.compare.Outcome.Status;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SummaryTest {
  private static final String CHECK = "a timer must not be early: by 5 ns";

  private final Samples samples =
      new Samples()
          .measured(REQUEST_TIMEOUTS, 1000, OURS_IDS, CPU_PER_OPERATION, 90, 80, 82)
          .measured(REQUEST_TIMEOUTS, 1000, NETTY_512, CPU_PER_OPERATION, 300)
          .measured(REQUEST_TIMEOUTS, 1000, NETTY_8192, CPU_PER_OPERATION, 110)
          .measured(REQUEST_TIMEOUTS, 10_000, OURS_IDS, CPU_PER_OPERATION, 85)
          .measured(FIRE, 1000, OURS_IDS, CPU_PER_OPERATION, 12_345)
          .without(FIRE, 1000, KAFKA, Status.FAILED, CHECK);

  @Test
  void of_severalRuns_putsThemTogether() {
    Row row = Summary.of(samples.results()).rows(REQUEST_TIMEOUTS).getFirst();
    assertEquals(new Spread(82, 80, 90, 3), row.spread(CPU_PER_OPERATION));
    assertTrue(row.failures().isEmpty());
  }

  @Test
  void of_aFailedRun_hasNoNumberButTheReason() {
    Row row = Summary.of(samples.results()).rows(FIRE).getLast();
    assertNull(row.spread(CPU_PER_OPERATION));
    assertEquals(List.of("failed: " + CHECK), row.failures());
  }

  @Test
  void isComplete_withAFailure_isTrueAndWithALeftOutRunFalse() {
    assertTrue(samples.results().isComplete());
    samples.without(FIRE, 1000, NETTY_512, Status.LEFT_OUT, "the comparison was stopped");
    assertFalse(samples.results().isComplete());
  }

  @Test
  void isComplete_withFewerRunsThanPlanned_isFalse() {
    Results killed =
        new Results(
            Results.FORMAT,
            samples.results().started(),
            1,
            "compare",
            "1a2b3c4",
            SampleResults.MACHINE,
            List.of(),
            Map.of(),
            Map.of(),
            samples.results().plannedRuns() + 1,
            samples.results().outcomes());
    assertFalse(killed.isComplete());
  }

  @Test
  void table_aConfigurationThatFailedOnce_isNoNumber() {
    samples.without(REQUEST_TIMEOUTS, 1000, NETTY_8192, Status.FAILED, "lost one");
    String table = SummaryTable.of(Summary.of(samples.results()));
    assertTrue(table.contains("|         82.0 ns | 300 ns |"), table);
    samples.without(REQUEST_TIMEOUTS, 1000, NETTY_512, Status.FAILED, "lost one");
    table = SummaryTable.of(Summary.of(samples.results()));
    assertTrue(table.contains("|         82.0 ns | failed |"), table);
  }

  @Test
  void table_hasTheBestOfEachFamilyAndNoNumberForAFailure() {
    assertEquals(
        """
        | work                                | Tourbillon, ids |  Netty |  Kafka |
        | ----------------------------------- | --------------: | -----: | -----: |
        | Request timeouts, 1,000: CPU        |         82.0 ns | 110 ns |        |
        | Request timeouts, 10,000: CPU       |         85.0 ns |        |        |
        | Timers coming due, 1,000: CPU       |         12.3 us |        | failed |
        | Timers coming due, 1,000: late, p99 |                 |        | failed |
        """,
        SummaryTable.of(Summary.of(samples.results())));
  }
}
