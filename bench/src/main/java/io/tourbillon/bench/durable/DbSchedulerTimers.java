package io.tourbillon.bench.durable;

import com.github.kagkarlsson.scheduler.Scheduler;
import com.github.kagkarlsson.scheduler.SchedulerClient;
import com.github.kagkarlsson.scheduler.task.SchedulableInstance;
import com.github.kagkarlsson.scheduler.task.helper.OneTimeTask;
import com.github.kagkarlsson.scheduler.task.helper.Tasks;
import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/** db-scheduler, as its documentation says for high throughput, on a pool of connections. */
final class DbSchedulerTimers implements DurableSubject {
  static final int THREADS = 100;

  /** It fetches more when fewer than this many times its threads are left. */
  static final double LOWER_LIMIT = 4;

  /** And up to this many. Of six settings these came out best in both throughput and lateness. */
  static final double UPPER_LIMIT = 16;

  /** What its documentation has, without the index for priorities, which are off. */
  private static final List<String> SCHEMA =
      List.of(
          """
          CREATE TABLE IF NOT EXISTS scheduled_tasks (
            task_name TEXT NOT NULL, task_instance TEXT NOT NULL, task_data BYTEA,
            execution_time TIMESTAMPTZ, picked BOOLEAN NOT NULL, picked_by TEXT,
            last_success TIMESTAMPTZ, last_failure TIMESTAMPTZ, consecutive_failures INT,
            last_heartbeat TIMESTAMPTZ, version BIGINT NOT NULL, priority SMALLINT, state TEXT,
            PRIMARY KEY (task_name, task_instance))\
          """,
          "CREATE INDEX IF NOT EXISTS execution_time_idx ON scheduled_tasks (execution_time)",
          "CREATE INDEX IF NOT EXISTS last_heartbeat_idx ON scheduled_tasks (last_heartbeat)");

  private final HikariDataSource pool;
  private final OneTimeTask<byte[]> task;
  private final SchedulerClient client;
  private final @Nullable Scheduler scheduler;

  /**
   * @param handler null if the timers are not to fire here
   */
  DbSchedulerTimers(String url, @Nullable IntConsumer handler) throws SQLException {
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl(url);
    config.setMaximumPoolSize(THREADS + 4); // Its poller and its housekeeper need some as well.
    pool = new HikariDataSource(config);
    boolean opened = false;
    try {
      makeSchema();
      task =
          Tasks.oneTime("bench", byte[].class)
              .execute(
                  (instance, context) -> {
                    if (handler != null) {
                      handler.accept(Integer.parseInt(instance.getId()));
                    }
                  });
      if (handler == null) {
        scheduler = null;
        client = SchedulerClient.Builder.create(pool, task).build();
      } else {
        scheduler =
            Scheduler.create(pool, task)
                .threads(THREADS)
                .pollUsingLockAndFetch(LOWER_LIMIT, UPPER_LIMIT)
                .pollingInterval(Duration.ofMillis(10))
                .build();
        client = scheduler;
        scheduler.start();
      }
      opened = true;
    } finally {
      if (!opened) {
        pool.close();
      }
    }
  }

  private void makeSchema() throws SQLException {
    try (Connection connection = pool.getConnection();
        Statement statement = connection.createStatement()) {
      for (String sql : SCHEMA) {
        statement.execute(sql);
      }
    }
  }

  @Override
  public void schedule(List<Due> due) {
    client.scheduleBatch(due.stream().map(this::instance));
  }

  private SchedulableInstance<?> instance(Due due) {
    return SchedulableInstance.of(
        task.instance(Integer.toString(due.timer()), DurableKind.newPayload()), due.at());
  }

  @Override
  public long stored() {
    try (Connection connection = pool.getConnection();
        Statement statement = connection.createStatement();
        ResultSet counted = statement.executeQuery("SELECT count(*) FROM scheduled_tasks")) {
      counted.next();
      return counted.getLong(1);
    } catch (SQLException failure) {
      throw new IllegalStateException("the tasks of db-scheduler must be countable", failure);
    }
  }

  @Override
  public void close() {
    try {
      if (scheduler != null) {
        scheduler.stop();
      }
    } finally {
      pool.close();
    }
  }
}
