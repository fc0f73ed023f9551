package io.tourbillon.bench.compare;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.bench.compare.Outcome.Status;
import io.tourbillon.bench.host.ChildProcess;
import io.tourbillon.bench.scenario.Scenario;
import io.tourbillon.bench.subject.ForeignKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import me.tongfei.progressbar.DelegatingProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Runs shell scripts in the place of a peer. */
@DisabledOnOs(OS.WINDOWS)
class ConductorTest {
  private static final Estimate ESTIMATE = new Estimate(64);
  private static final long FAR_NANOS = Duration.ofHours(1).toNanos();

  @TempDir private Path folder;
  private final List<Outcome> outcomes = new ArrayList<>();

  @Test
  void carryOut_aMeasurement_isKept() throws Exception {
    carryOut("echo '{\"figures\":{\"cpuPerOperation\":5},\"lateness\":[[50.0,7]]}'", FAR_NANOS);
    assertEquals(3, outcomes.size());
    Row row = Summary.of(SampleResults.of(outcomes.toArray(new Outcome[0]))).rows().getFirst();
    assertEquals(new Spread(5, 5, 5, 3), row.spread(Scenario.FIRE.metrics().getFirst()));
    assertEquals(7, row.lateness().getFirst().nanos());
  }

  @Test
  void carryOut_aFailedCheck_isNoNumber() throws Exception {
    carryOut("echo warning >&2; echo 'a timer must not be early: by 3 ns' >&2; exit 3", FAR_NANOS);
    assertFailed("a timer must not be early: by 3 ns");
  }

  @Test
  void carryOut_aCrash_isNoNumber() throws Exception {
    carryOut("echo '{\"figures\":{\"cpuPerOperation\":5}}'; exit 7", FAR_NANOS);
    assertFailed("it ended with exit code 7");
  }

  @Test
  void carryOut_somethingElsePrinted_isNoNumber() throws Exception {
    carryOut("echo all is well", FAR_NANOS);
    assertEquals(Status.FAILED, outcomes.getFirst().status());
    assertTrue(outcomes.getFirst().reason().startsWith("it must print a measurement: "));
  }

  @Test
  void carryOut_timeOver_leavesTheRestOut() throws Exception {
    carryOut("echo '{}'", 0);
    assertLeftOut("the time of the comparison was over");
  }

  @Test
  void carryOut_timeOverInTheMiddleOfARun_endsIt() throws Exception {
    long startNanos = System.nanoTime();
    carryOut("exec sleep 60", ESTIMATE.millis(plan(1)) * 1_000_000 + 500_000_000);
    assertTrue(System.nanoTime() - startNanos < Duration.ofSeconds(50).toNanos());
    assertLeftOut("the time of the comparison was over");
  }

  @Test
  void stop_inTheMiddleOfARun_endsItAndLeavesTheRestOut() throws Exception {
    ChildProcess runner = new ChildProcess();
    Path begun = folder.resolve("begun");
    Thread stopper =
        Thread.ofPlatform()
            .start(
                () -> {
                  while (!Files.exists(begun)) {
                    Thread.onSpinWait();
                  }
                  runner.stop();
                });
    carryOut(runner, "touch begun; exec sleep 60", FAR_NANOS);
    stopper.join();
    assertLeftOut("the comparison was stopped");
  }

  private void assertFailed(String reason) {
    assertEquals(Status.FAILED, outcomes.getFirst().status());
    assertEquals(reason, outcomes.getFirst().reason());
  }

  private void assertLeftOut(String reason) {
    assertEquals(3, outcomes.size());
    for (Outcome outcome : outcomes) {
      assertEquals(Status.LEFT_OUT, outcome.status());
      assertEquals(reason, outcome.reason());
    }
  }

  private void carryOut(String script, long limitNanos) throws Exception {
    carryOut(new ChildProcess(), script, limitNanos);
  }

  private void carryOut(ChildProcess runner, String script, long limitNanos)
      throws IOException, InterruptedException {
    Map<ForeignKind, ForeignPrograms.Program> programs =
        Map.of(
            ForeignKind.GO, new ForeignPrograms.Program(List.of("sh", "-c", script, "peer"), "1"));
    Launcher launcher = new Launcher(runner, folder, 64, programs);
    Conductor conductor = new Conductor(launcher, runner, ESTIMATE, System.nanoTime() + limitNanos);
    try (ProgressBar bar =
        new ProgressBarBuilder()
            .setConsumer(new DelegatingProgressBarConsumer(line -> {}))
            .build()) {
      conductor.carryOut(plan(3), bar, outcomes::add);
    }
  }

  private static Plan plan(int repetitions) {
    return Plan.of(
        List.of(Scenario.FIRE),
        List.of(10),
        repetitions,
        true,
        subject -> subject == ForeignKind.GO);
  }
}
