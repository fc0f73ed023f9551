package io.tourbillon.timer.durable;

import io.tourbillon.timer.internal.store.Listed;
import io.tourbillon.timer.internal.store.Micros;
import io.tourbillon.timer.internal.store.Store;
import io.tourbillon.timer.internal.store.StoreSession;
import io.tourbillon.timer.internal.store.TimerKey;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/** What users ask the tables, each time on a connection of its own. Thread-safe. */
final class Questions {
  /** How long the network may be silent. */
  static final int TIMEOUT_MILLIS = 60_000;

  private static final int MOST_LISTED = 10_000;

  private final Store store;

  Questions(Store store) {
    this.store = store;
  }

  long pending() {
    return asked(session -> session.count(false));
  }

  List<String> keys(String handler, String keyPrefix, String afterKey, int most) {
    return asked(session -> session.keys(handler, keyPrefix, afterKey, most));
  }

  List<DurableTimer> list(
      String handler, String keyPrefix, String afterKey, int most, boolean dead) {
    Names.requireShort("handler", handler);
    Names.requireText("keyPrefix", keyPrefix);
    Names.requireText("afterKey", afterKey);
    Names.require("most", most, 1, MOST_LISTED);
    return asked(session -> session.list(handler, keyPrefix, afterKey, dead, most)).stream()
        .map(Questions::publicly)
        .toList();
  }

  Optional<DurableTimer> find(TimerKey key) {
    return asked(session -> Optional.ofNullable(session.look(key))).map(Questions::publicly);
  }

  private static DurableTimer publicly(Listed listed) {
    return new DurableTimer(
        listed.key().handler(),
        listed.key().key(),
        Micros.toInstant(listed.dueMicros()),
        listed.attempts(),
        listed.dead(),
        listed.error(),
        listed.payload());
  }

  private interface Question<T> {
    T askedOf(StoreSession session) throws SQLException;
  }

  private <T> T asked(Question<T> question) {
    try (StoreSession session = store.openWithinLimit(TIMEOUT_MILLIS)) {
      return question.askedOf(session);
    } catch (SQLException failure) {
      SQLException examined = store.examined(failure);
      throw new DurableTimersException(
          "the database of durable timers, " + store + ", fails: " + examined.getMessage(),
          examined);
    }
  }
}
