package io.tourbillon.adoption;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.tourbillon.adoption.TimeSource.Own;
import io.tourbillon.adoption.TimeSource.Tourbillon;
import io.tourbillon.timer.TimerService;

/** HikariCP: the executor of its housekeeper, of leak detection and of the ages of connections. */
public final class HikariRecipe {
  private HikariRecipe() {}

  /** The pool does not shut down an executor that it was given. */
  public static HikariDataSource pool(TimeSource source, HikariConfig config) {
    switch (source) {
      case Own _ -> {}
      case Tourbillon(TimerService timers, _) ->
          config.setScheduledExecutor(timers.asScheduledExecutor());
    }
    return new HikariDataSource(config);
  }
}
