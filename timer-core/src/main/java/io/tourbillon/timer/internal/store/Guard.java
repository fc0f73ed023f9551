package io.tourbillon.timer.internal.store;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.sql.Statement;

/** A limit for the waits of a connection, which gets its own limit back afterwards. */
interface Guard {
  void on() throws SQLException;

  void off() throws SQLException;

  /** How long the socket may be silent. A driver that has no such limit goes without. */
  static Guard ofNetwork(Connection connection, int millis) {
    return new Guard() {
      private int before = -1;

      @Override
      public void on() throws SQLException {
        try {
          if (before < 0) {
            before = connection.getNetworkTimeout();
          }
          connection.setNetworkTimeout(Runnable::run, millis);
        } catch (SQLFeatureNotSupportedException none) {
          before = -1;
        }
      }

      @Override
      public void off() throws SQLException {
        if (before >= 0) {
          connection.setNetworkTimeout(Runnable::run, before);
        }
      }
    };
  }

  /** How long SQLite waits for another process that holds the file. */
  static Guard ofFile(Connection connection, int millis) {
    return new Guard() {
      private int before = -1;

      @Override
      public void on() throws SQLException {
        try (Statement statement = connection.createStatement()) {
          if (before < 0) {
            try (ResultSet now = statement.executeQuery("PRAGMA busy_timeout")) {
              before = now.next() ? now.getInt(1) : 0;
            }
          }
          statement.execute("PRAGMA busy_timeout = " + millis);
        }
      }

      @Override
      public void off() throws SQLException {
        if (before >= 0) {
          try (Statement statement = connection.createStatement()) {
            statement.execute("PRAGMA busy_timeout = " + before);
          }
        }
      }
    };
  }
}
