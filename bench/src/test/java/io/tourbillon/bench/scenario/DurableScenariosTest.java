package io.tourbillon.bench.scenario;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.bench.durable.DurableKind;
import io.tourbillon.bench.subject.Subject;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Each scenario of durable timers, small. */
@Timeout(120)
class DurableScenariosTest {
  private static final int TIMERS = 400;

  static List<Scenario> scenarios() {
    return Stream.of(Scenario.values()).filter(Scenario::isDurable).toList();
  }

  static Stream<Arguments> onPostgres() {
    return scenarios().stream()
        .flatMap(
            scenario ->
                Stream.of(DurableKind.OURS_POSTGRES, DurableKind.DB_SCHEDULER)
                    .map(kind -> Arguments.of(scenario, kind)));
  }

  @ParameterizedTest
  @EnumSource(names = {"DURABLE_SCHEDULE", "DURABLE_LIVES", "DURABLE_FIRE"})
  void run_smallOnSqlite_measuresAllFigures(Scenario scenario) throws Exception {
    run(scenario, DurableKind.OURS_SQLITE);
  }

  @Test
  @Tag("long") // It waits for a lease.
  void run_reopenOnSqlite_measuresTheFirstFiring() throws Exception {
    run(Scenario.DURABLE_REOPEN, DurableKind.OURS_SQLITE);
  }

  @ParameterizedTest
  @MethodSource("onPostgres")
  @Tag("programs")
  @Tag("long")
  void run_smallOnPostgres_measuresAllFigures(Scenario scenario, DurableKind kind)
      throws Exception {
    run(scenario, kind);
  }

  private static void run(Scenario scenario, DurableKind kind) throws Exception {
    int size = scenario == Scenario.DURABLE_SCHEDULE ? 4 : TIMERS;
    Measurement measurement = scenario.run(kind, new Job(size, 10, 400));
    for (Metric metric : scenario.metrics()) {
      assertFalse(Double.isNaN(metric.in(measurement)), () -> metric + " in " + measurement);
      assertTrue(metric.in(measurement) > 0, () -> metric + " in " + measurement);
    }
  }

  @Test
  void subjects_ofAllScenarios_areOursAndThePeer() {
    assertEquals(4, scenarios().size());
    for (Scenario scenario : scenarios()) {
      assertEquals(
          List.of("ours-sqlite", "ours-postgres", "db-scheduler"),
          scenario.subjects().stream().map(Subject::id).toList());
      assertTrue(scenario.isOurs("ours-postgres"));
      assertFalse(scenario.isOurs("db-scheduler"));
      assertTrue(scenario.quick().sizes().isEmpty(), "takes long");
    }
  }

  @Test
  void title_ofScheduling_countsCallers() {
    assertEquals("Durable timers scheduled, 1 caller", Scenario.DURABLE_SCHEDULE.title(1));
    assertEquals("Durable timers scheduled, 64 callers", Scenario.DURABLE_SCHEDULE.title(64));
    assertEquals("Whole lives of durable timers, 200,000", Scenario.DURABLE_LIVES.title(200_000));
  }
}
