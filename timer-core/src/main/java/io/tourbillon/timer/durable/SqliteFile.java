package io.tourbillon.timer.durable;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.util.Objects;
import java.util.logging.Logger;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** Connections to an SQLite file, by the driver that the user brings. */
final class SqliteFile implements DataSource {
  private final String url;

  SqliteFile(Path file) {
    Path absolute = Objects.requireNonNull(file, "file").toAbsolutePath();
    if (absolute.toString().contains("?")) {
      throw new IllegalArgumentException(
          "the path of an SQLite file must not contain \"?\", behind which URLs have options: "
              + absolute);
    }
    url = "jdbc:sqlite:" + absolute;
  }

  @Override
  public Connection getConnection() throws SQLException {
    try {
      return DriverManager.getConnection(url);
    } catch (SQLException failure) {
      if ("08001".equals(failure.getSQLState())
          && DriverManager.drivers().noneMatch(driver -> accepts(driver, url))) {
        throw new SQLException(
            "no driver for " + url + ": add the artifact org.xerial:sqlite-jdbc", "08001", failure);
      }
      throw failure;
    }
  }

  private static boolean accepts(java.sql.Driver driver, String url) {
    try {
      return driver.acceptsURL(url);
    } catch (SQLException refused) {
      return false;
    }
  }

  @Override
  public Connection getConnection(String user, String password) throws SQLException {
    return getConnection();
  }

  @Override
  public @Nullable PrintWriter getLogWriter() {
    return null;
  }

  @Override
  public void setLogWriter(PrintWriter out) throws SQLException {
    throw new SQLFeatureNotSupportedException("no log writer");
  }

  @Override
  public void setLoginTimeout(int seconds) throws SQLException {
    throw new SQLFeatureNotSupportedException("no login timeout");
  }

  @Override
  public int getLoginTimeout() {
    return 0;
  }

  @Override
  public Logger getParentLogger() throws SQLFeatureNotSupportedException {
    throw new SQLFeatureNotSupportedException("no logger");
  }

  @Override
  public <T> T unwrap(Class<T> type) throws SQLException {
    throw new SQLException("wraps nothing: " + type.getName());
  }

  @Override
  public boolean isWrapperFor(Class<?> type) {
    return false;
  }

  @Override
  public String toString() {
    return url;
  }
}
