package io.tourbillon.timer.internal.store;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.function.Supplier;
import javax.sql.DataSource;

/** Stores that only tests have. */
public final class Stores {
  private Stores() {}

  /** PostgreSQL used as a database whose sequences hand out blocks of numbers. */
  public static Store thatCountsInTable(DataSource source, String prefix) {
    return new PostgresStore(source, "test", prefix, true);
  }

  /** A store without a database. Failures are judged as PostgreSQL's are. */
  public static Store of(Supplier<StoreSession> sessions) {
    PostgresStore judge = new PostgresStore(new NoDatabase(), "none", "none_", false);
    return new Store(new NoDatabase(), "none", "none_") {
      @Override
      StoreSession sessionOn(Connection connection, Guard guard, int timeoutMillis) {
        return sessions.get();
      }

      @Override
      Guard guard(Connection connection, int timeoutMillis) {
        return Guard.ofNetwork(connection, timeoutMillis);
      }

      @Override
      public List<String> schema(int shards) {
        return List.of();
      }

      @Override
      public int defaultShards() {
        return 1;
      }

      @Override
      String now() {
        return "0";
      }

      @Override
      public FailureKind kindOf(SQLException failure) {
        return judge.kindOf(failure);
      }

      @Override
      public boolean isOfTheDatabase(SQLException atCommit) {
        return true;
      }

      @Override
      public boolean isAmbiguous(SQLException failure) {
        return judge.isAmbiguous(failure);
      }
    };
  }
}
