package io.tourbillon.bench.compare;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.bench.scenario.Scenario;
import io.tourbillon.bench.subject.TimerKind;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PlanTest {
  @Test
  void of_twoRepetitions_takesSubjectsInTurnEachTimeBeginningWithAnother() {
    Set<TimerKind> wanted = Set.of(TimerKind.OURS_IDS, TimerKind.NETTY_512, TimerKind.KAFKA);
    Plan plan = Plan.of(List.of(Scenario.FIRE), List.of(10, 20), 2, false, wanted::contains);
    assertEquals(
        List.of(
            "10 ours-ids 1",
            "10 netty-512 1",
            "10 kafka 1",
            "10 netty-512 2",
            "10 kafka 2",
            "10 ours-ids 2"),
        plan.runs().stream()
            .limit(6)
            .map(run -> run.job().size() + " " + run.subject().id() + " " + run.repetition())
            .toList());
    assertEquals(12, plan.runs().size());
  }

  @Test
  void of_everythingInFull_hasEveryScenarioAndSubject() {
    Plan plan = Plan.of(List.of(Scenario.values()), List.of(), 1, false, subject -> true);
    for (Scenario scenario : Scenario.values()) {
      assertEquals(
          (long) scenario.subjects().size() * scenario.full().sizes().size(),
          plan.runs().stream().filter(run -> run.scenario() == scenario).count());
    }
  }

  /** The limit cuts off what a slow machine does not get done; a usual one should not meet it. */
  @Test
  void of_quick_usuallyTakesLessThanTwoMinutes() {
    List<Scenario> quick =
        Arrays.stream(Scenario.values())
            .filter(scenario -> !scenario.quick().sizes().isEmpty())
            .toList();
    Plan plan = Plan.of(quick, List.of(), 1, true, Plan::isQuick);
    long usualMillis = new Estimate(512).millis(plan);
    assertTrue(usualMillis < 85_000, () -> usualMillis + " ms");
  }
}
