package io.tourbillon.timer.durable;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A process that fires from an SQLite file is stopped, and another one that stands by goes on. */
class SqliteStoppedNodeTest {
  private static final Duration LEASE = Duration.ofSeconds(1);

  @TempDir Path folder;

  @Test
  void processThatIsStopped_anotherFires_andTheZombieIsRefused() throws Exception {
    String url = "jdbc:sqlite:" + folder.resolve("timers.db");
    try (StoppedNodes nodes = StoppedNodes.start(url, LEASE, folder, 2)) {
      NodeProcess victim = nodes.node(0);
      nodes.awaitOwned(victim, 1);
      nodes.hold(victim, "held");
      String exact = nodes.hold(victim, "exact");
      victim.tell("schedule plain early 40 200 50");
      nodes.node(1).tell("schedule plain other 10 200 200");
      TimeUnit.MILLISECONDS.sleep(300); // Some fire before.
      long stoppedMicros = nodes.stop(List.of(victim));
      TimeUnit.MILLISECONDS.sleep(2 * LEASE.toMillis() + 100);
      nodes.awaitEffects();
      nodes.resume(List.of(victim));
      nodes.checkZombies(victim);
      nodes.await(
          record -> record.refused.contains(exact + " " + victim.name),
          "the zombie's transaction is not refused");
      nodes.check(stoppedMicros);
      assertTrue(nodes.record().effects.stream().anyMatch(one -> one.node().equals("node0")));
    }
  }
}
