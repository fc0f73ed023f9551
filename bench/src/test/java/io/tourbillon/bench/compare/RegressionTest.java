package io.tourbillon.bench.compare;

import static io.tourbillon.bench.scenario.Metric.BYTES_EACH;
import static io.tourbillon.bench.scenario.Metric.CPU_PER_OPERATION;
import static io.tourbillon.bench.scenario.Metric.WAKE_UPS_PER_SECOND;
import static io.tourbillon.bench.scenario.Scenario.IDLE;
import static io.tourbillon.bench.scenario.Scenario.REQUEST_TIMEOUTS;
import static io.tourbillon.bench.scenario.Scenario.TIMER_MEMORY;
import static io.tourbillon.bench.subject.TimerKind.JDK_POOL;
import static io.tourbillon.bench.subject.TimerKind.KAFKA;
import static io.tourbillon.bench.subject.TimerKind.NETTY_512;
import static io.tourbillon.bench.subject.TimerKind.OURS_IDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.bench.host.Machine;
import io.tourbillon.bench.scenario.Metric;
import io.tourbillon.bench.scenario.Scenario;
import org.junit.jupiter.api.Test;

class RegressionTest {
  private static final double[] EIGHTY = {80, 82, 84};

  @Test
  void everyRunAboveEveryEarlierOne_isSlower() {
    Regression regression = regression(ours(EIGHTY), ours(90, 95, 91));
    assertTrue(regression.hasOursSlowed());
    assertTrue(
        regression
            .toString()
            .startsWith(
                "Slower beyond the noise:\n"
                    + "  request-timeouts 1000 ours-ids: CPU 82.0 ns (80.0 – 84.0)"
                    + " -> 91.0 ns (90.0 – 95.0); peers x 1.00\n"),
        regression::toString);
  }

  @Test
  void oneRunWithinTheEarlierRange_isNoise() {
    assertFalse(regression(ours(EIGHTY), ours(83, 150, 160)).hasOursSlowed());
  }

  @Test
  void lessThanTenPercent_isNotWorthAWord() {
    assertFalse(regression(ours(EIGHTY), ours(85, 89, 95)).hasOursSlowed());
  }

  @Test
  void everyRunBelow_isFaster() {
    String text = regression(ours(EIGHTY), ours(60, 61, 62)).toString();
    assertTrue(text.startsWith("Slower beyond the noise: none\nFaster beyond the noise:\n"), text);
  }

  @Test
  void fewerThanThreeRuns_areNotJudged() {
    Regression regression = regression(ours(EIGHTY), ours(900, 901));
    assertFalse(regression.hasOursSlowed());
    assertTrue(regression.toString().contains("not known: 1 figures"), regression::toString);
  }

  @Test
  void whatHappenedToThePeersToo_isTheMachines() {
    Samples before = withPeers(ours(EIGHTY), 100);
    Samples now = withPeers(ours(90, 95, 91), 115);
    assertFalse(regression(before, now).hasOursSlowed());
  }

  /** Drift may acquit ours, and never convicts it: what was measured is the same. */
  @Test
  void theSameWhilePeersAreFaster_isNoise() {
    Samples before = withPeers(ours(EIGHTY), 215);
    Samples now = withPeers(ours(EIGHTY), 100);
    assertFalse(regression(before, now).hasOursSlowed());
  }

  @Test
  void slowerWhilePeersAreSlowerStill_isNotFaster() {
    Samples before = withPeers(ours(EIGHTY), 100);
    Samples now = withPeers(ours(160, 164, 168), 280);
    String text = regression(before, now).toString();
    assertTrue(text.contains("Faster beyond the noise: none"), text);
  }

  /** The case of a peer that has two speeds. */
  @Test
  void onePeerAlone_decidesNothing() {
    Samples before = ours(EIGHTY).measured(REQUEST_TIMEOUTS, 1000, KAFKA, CPU_PER_OPERATION, 100);
    Samples now =
        ours(160, 164, 168).measured(REQUEST_TIMEOUTS, 1000, KAFKA, CPU_PER_OPERATION, 300);
    assertTrue(regression(before, now).hasOursSlowed());
  }

  @Test
  void memoryThatPeersNeedMoreOf_isNotTheMachines() {
    Samples before = memory(25, 1);
    Samples now = memory(50, 2);
    assertTrue(regression(before, now).hasOursSlowed());
  }

  @Test
  void aPeerThatSlowedDown_isToldButNotOurs() {
    Samples before =
        new Samples().measured(REQUEST_TIMEOUTS, 1000, NETTY_512, CPU_PER_OPERATION, 1, 1, 1);
    Samples now =
        new Samples().measured(REQUEST_TIMEOUTS, 1000, NETTY_512, CPU_PER_OPERATION, 9, 9, 9);
    Regression regression = regression(before, now);
    assertFalse(regression.hasOursSlowed());
  }

  @Test
  void fromNothingToNearlyNothing_isNotWorthAWord() {
    assertFalse(regression(idle(0, 0, 0), idle(1, 2, 1)).hasOursSlowed());
    assertTrue(regression(idle(0, 0, 0), idle(900, 900, 901)).hasOursSlowed());
  }

  @Test
  void aScenarioThatWasNotThereBefore_isNoChange() {
    assertEquals(
        """
        Slower beyond the noise: none
        Faster beyond the noise: none
        Within the noise: 0 figures
        """,
        regression(idle(0, 0, 0), ours(EIGHTY)).toString());
  }

  @Test
  void anotherMachine_isSaid() {
    Samples before = new Samples(new Machine("another", 64, 1, "system", "jdk", 0));
    assertTrue(
        regression(before, ours(EIGHTY)).toString().startsWith("Other machine, JDK or flags"));
  }

  private static Samples ours(double... values) {
    return sample(REQUEST_TIMEOUTS, CPU_PER_OPERATION, values);
  }

  private static Samples idle(double... values) {
    return sample(IDLE, WAKE_UPS_PER_SECOND, values);
  }

  private static Samples sample(Scenario scenario, Metric metric, double... values) {
    return new Samples().measured(scenario, 1000, OURS_IDS, metric, values);
  }

  private static Samples memory(double ours, double factor) {
    return new Samples()
        .measured(TIMER_MEMORY, 1000, OURS_IDS, BYTES_EACH, ours, ours, ours)
        .measured(TIMER_MEMORY, 1000, NETTY_512, BYTES_EACH, 56 * factor)
        .measured(TIMER_MEMORY, 1000, JDK_POOL, BYTES_EACH, 100 * factor)
        .measured(TIMER_MEMORY, 1000, KAFKA, BYTES_EACH, 72 * factor);
  }

  private static Samples withPeers(Samples samples, double value) {
    return samples
        .measured(REQUEST_TIMEOUTS, 1000, NETTY_512, CPU_PER_OPERATION, value, value)
        .measured(REQUEST_TIMEOUTS, 1000, JDK_POOL, CPU_PER_OPERATION, 3 * value)
        .measured(REQUEST_TIMEOUTS, 1000, KAFKA, CPU_PER_OPERATION, 2 * value, 2 * value);
  }

  private static Regression regression(Samples before, Samples now) {
    return new Regression(before.results(), now.results());
  }
}
