package io.tourbillon.timer.internal.store;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What sessions set on their connections. Databases that speak the protocol of PostgreSQL lack some
 * settings, and refuse to set them.
 *
 * @param set statements that end with a value in milliseconds, to be added
 * @param reset statements that give the connection its own settings back
 * @param isUtf8 whether the server orders texts by their code points
 */
record PostgresSettings(String set, String reset, boolean isUtf8) {
  /**
   * A table of timers changes so fast that its statistics are never true: an empty table is scanned
   * as a whole, also when it has a million rows a minute later. Where there is no other way than a
   * scan, its cost is beyond all limits then, and the server would compile the statement to machine
   * code, which takes a second.
   */
  private static final List<String> PLANNER =
      List.of("enable_seqscan", "enable_hashjoin", "enable_mergejoin", "jit");

  private static final String COMMIT = "synchronous_commit";
  private static final String ENCODING = "server_encoding";

  /** Asks a server for the settings that it has. */
  static PostgresSettings of(Connection connection) throws SQLException {
    Map<String, String> known = new HashMap<>();
    try (Statement statement = connection.createStatement();
        ResultSet found = statement.executeQuery("SELECT name, setting FROM pg_settings")) {
      while (found.next()) {
        known.put(found.getString(1), String.valueOf(found.getString(2)));
      }
    }
    return of(known);
  }

  private static PostgresSettings of(Map<String, String> known) {
    StringBuilder set = new StringBuilder();
    StringBuilder reset = new StringBuilder();
    for (String each : PLANNER) {
      if (known.containsKey(each)) {
        set.append("SET ").append(each).append(" = off; ");
        reset.append("RESET ").append(each).append("; ");
      }
    }
    if ("off".equals(known.get(COMMIT))) {
      // A commit is on the disk when it returns, whatever the default of the role.
      set.append("SET " + COMMIT + " = on; ");
      reset.append("RESET " + COMMIT + "; ");
    }
    // The transaction of a caller may hold the lock of a row for as long as it likes.
    set.append("SET lock_timeout = '50ms'; ");
    // A connection that fell silent within a transaction must not keep its locks, for which its
    // successor waits.
    set.append("SET idle_in_transaction_session_timeout = ");
    reset.append("RESET lock_timeout; RESET idle_in_transaction_session_timeout");
    boolean isUtf8 = "UTF8".equals(known.get(ENCODING));
    return new PostgresSettings(set.toString(), reset.toString(), isUtf8);
  }
}
