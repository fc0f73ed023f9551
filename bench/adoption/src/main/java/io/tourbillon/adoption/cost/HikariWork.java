package io.tourbillon.adoption.cost;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.tourbillon.adoption.HikariRecipe;
import io.tourbillon.adoption.TimeSource;
import java.sql.Connection;
import java.sql.SQLException;

/** Connections that are taken and given back. */
final class HikariWork implements Workload {
  @Override
  public Session open(TimeSource source) {
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl("jdbc:h2:mem:");
    config.setLeakDetectionThreshold(60_000);
    HikariDataSource pool = HikariRecipe.pool(source, config);
    return new Session() {
      @Override
      public void run(int calls) throws SQLException {
        for (int i = 0; i < calls; i++) {
          try (Connection connection = pool.getConnection()) {
            if (connection.isClosed()) {
              throw new SQLException("the pool must give an open connection");
            }
          }
        }
      }

      @Override
      public void close() {
        pool.close();
      }
    };
  }
}
