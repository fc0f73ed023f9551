package io.tourbillon.timer.durable;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.sql.SQLException;
import java.util.Objects;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The contract on PostgreSQL. Each test has a database of its own. */
@Tag("programs")
@Tag("long")
class PostgresTimersTest extends DurableContract {
  private static @Nullable PostgresServer server;

  private String url = "";

  @BeforeAll
  static void start() throws Exception {
    server = PostgresServer.start();
  }

  @AfterAll
  static void stop() throws Exception {
    if (server != null) {
      server.remove();
    }
  }

  @BeforeEach
  @Override
  void makeEffects() throws SQLException {
    url = Objects.requireNonNull(server).newDatabase();
    super.makeEffects();
  }

  @Override
  DataSource source() {
    return new Databases(url);
  }

  /** It is checked when the transaction of the firing commits. */
  @Test
  void triggerThatRefusesWhatTheHandlerHasWritten_isAFailureOfTheHandler() throws Exception {
    execute(
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS"
            + " 'BEGIN RAISE EXCEPTION ''refused''; END'");
    execute(
        "CREATE CONSTRAINT TRIGGER refuses AFTER INSERT ON effects DEFERRABLE INITIALLY DEFERRED"
            + " FOR EACH ROW EXECUTE FUNCTION refuse()");
    DurableTimers timers =
        open(
            builder()
                .handler(
                    "refused",
                    HandlerOptions.DEFAULT.withAttempts(1),
                    firing -> addEffect(firing.connection(), firing.key())));
    timers.schedule("refused", "k", in(0), NONE).join();
    await(() -> timers.stats().dead() == 1);
    assertEquals(1, timers.stats().dead());
    String text = String.valueOf(timers.find("refused", "k").orElseThrow().lastFailure());
    assertTrue(text.contains("refused"), text);
  }
}
