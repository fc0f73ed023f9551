package io.tourbillon.timer.durable;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.Timeout;

/** PostgreSQL stops as in a power failure and starts again, while timers are changed and fire. */
@Tag("programs")
@Tag("long")
class PostgresRestartTest {
  private static final Duration WRITE_LIMIT = Duration.ofSeconds(3);

  /** A change that waits behind the failure of another one, with a loaded machine. */
  private static final Duration FUTURE_LIMIT = WRITE_LIMIT.plusSeconds(10);

  private final TestReporter reporter;

  PostgresRestartTest(TestReporter reporter) {
    this.reporter = reporter;
  }

  @Test
  void serverThatIsRestarted_losesNothing() throws Exception {
    restart(1, WRITE_LIMIT);
  }

  /** The changes of callers wait for the server, and succeed. */
  @Test
  @Timeout(600)
  void serverThatIsRestartedAgainAndAgain_losesNothing() throws Exception {
    restart(25, Duration.ofSeconds(30));
  }

  private void restart(int times, Duration writeLimit) throws Exception {
    PostgresServer server = PostgresServer.start();
    try {
      Databases source = new Databases(server.newDatabase());
      try (ChangingNodes nodes =
          new ChangingNodes(writeLimit, writeLimit.plus(FUTURE_LIMIT.minus(WRITE_LIMIT)))) {
        nodes.add(source, Duration.ofSeconds(1));
        nodes.add(source, Duration.ofSeconds(2));
        for (int round = 0; round < times; round++) {
          TimeUnit.MILLISECONDS.sleep(500 + nodes.random().nextInt(1_000));
          server.stopAtOnce();
          // Shorter than the limit of changes, and longer.
          TimeUnit.MILLISECONDS.sleep(nodes.random().nextInt(2) * 4_000L);
          server.begin();
          long before = nodes.fired();
          ChangingNodes.await(() -> nodes.fired() > before + 10);
          assertTrue(nodes.fired() > before + 10, "nothing fires after the restart");
        }
        reporter.publishEntry(nodes.finish());
      }
    } finally {
      server.remove();
    }
  }
}
