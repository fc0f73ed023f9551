package io.tourbillon.bench.scenario;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.bench.Main;
import io.tourbillon.bench.console.ExitCode;
import io.tourbillon.bench.subject.ForeignKind;
import io.tourbillon.bench.subject.Subject;
import io.tourbillon.bench.subject.TimerKind;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;
import tools.jackson.databind.json.JsonMapper;

class MeasureCommandTest {
  /** Idle timeouts are as long as that: no pause of the machine may be. */
  private static final String MEASURED_MILLIS = "1500";

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  static Stream<Arguments> ours() {
    return subjects(MeasureCommandTest::isOurs);
  }

  static Stream<Arguments> peers() {
    return subjects(subject -> !isOurs(subject));
  }

  private static boolean isOurs(Subject subject) {
    return subject == TimerKind.OURS_IDS;
  }

  private static Stream<Arguments> subjects(Predicate<Subject> which) {
    return Stream.of(Scenario.values())
        .filter(scenario -> !scenario.isDurable()) // See DurableScenariosTest.
        .flatMap(
            scenario ->
                scenario.subjectsInJvm().stream()
                    .filter(which)
                    .map(subject -> Arguments.of(scenario, subject)));
  }

  @ParameterizedTest
  @MethodSource("peers")
  @Tag("long")
  void measure_smallByAPeer_findsOutWhatTheScenarioPromises(Scenario scenario, Subject subject) {
    measure_small_findsOutWhatTheScenarioPromises(scenario, subject);
  }

  @ParameterizedTest
  @MethodSource("ours")
  @Tag("long")
  void measure_small_findsOutWhatTheScenarioPromises(Scenario scenario, Subject subject) {
    assertEquals(
        0,
        run("measure", scenario.id(), subject.id(), size(scenario), "10", MEASURED_MILLIS),
        err::toString);
    Measurement measurement = JsonMapper.shared().readValue(out.toString(), Measurement.class);
    for (Metric metric : scenario.metrics()) {
      assertFalse(Double.isNaN(metric.in(measurement)), metric + " in " + out);
    }
  }

  private static String size(Scenario scenario) {
    if (scenario == Scenario.LATENESS_BY_LOAD) {
      return "50";
    }
    return scenario.isOnThreads() ? "2" : "200";
  }

  /** Idle timeouts of a few milliseconds come due while they are armed. */
  @Test
  @Tag("long")
  void measure_aCheckThatFails_printsNoNumberAndExitsWithThree() {
    assertEquals(
        ExitCode.CHECK_FAILED.code(),
        run("measure", "idle-timeouts", "ours-ids", "1000000", "1", "1"));
    assertEquals("", out.toString());
    assertTrue(err.toString().contains("must be"), err::toString);
  }

  @Test
  void measure_unknownScenario_isRefused() {
    assertEquals(CommandLine.ExitCode.USAGE, run("measure", "nix", "kafka", "1", "1", "1"));
    assertTrue(err.toString().startsWith("SCENARIO must be one of [request-timeouts, "));
  }

  @Test
  void measure_subjectOfAnotherScenario_isRefused() {
    assertEquals(CommandLine.ExitCode.USAGE, run("measure", "fire", "kotlin", "1", "1", "1"));
    assertTrue(err.toString().startsWith("SUBJECT must be one of [ours-ids, "));
  }

  @Test
  void measure_subjectThatTakesNoPart_isRefused() {
    assertEquals(CommandLine.ExitCode.USAGE, run("measure", "mutex", "jox", "1", "1", "1"));
    assertTrue(err.toString().startsWith("SUBJECT must be one of [ours-virtual-thread, "));
  }

  @Test
  void measure_noSize_isRefused() {
    assertEquals(CommandLine.ExitCode.USAGE, run("measure", "fire", "kafka", "0", "1", "1"));
    assertTrue(err.toString().startsWith("SIZE must be at least 1: 0"));
  }

  /** A foreign peer is no subject of this JVM, though it takes part in the scenario. */
  @Test
  void measure_foreignSubject_isRefused() {
    assertEquals(
        CommandLine.ExitCode.USAGE, run("measure", "fire", ForeignKind.GO.id(), "1", "1", "1"));
  }

  private int run(String... arguments) {
    return new CommandLine(new Main())
        .setOut(new PrintWriter(out))
        .setErr(new PrintWriter(err))
        .execute(arguments);
  }
}
