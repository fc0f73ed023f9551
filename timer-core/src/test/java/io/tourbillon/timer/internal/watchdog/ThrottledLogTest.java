package io.tourbillon.timer.internal.watchdog;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.ResourceBundle;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ThrottledLogTest {
  private final AtomicLong time = new AtomicLong(Long.MAX_VALUE - 5);
  private final Lines lines = new Lines();
  private final ThrottledLog log = new ThrottledLog(lines, time::get);

  private static final class Lines implements System.Logger {
    private final List<String> logged = new ArrayList<>();

    @Override
    public String getName() {
      return "lines";
    }

    @Override
    public boolean isLoggable(Level level) {
      return true;
    }

    @Override
    public void log(
        Level level,
        @Nullable ResourceBundle bundle,
        @Nullable String message,
        @Nullable Throwable thrown) {
      logged.add(level + " " + message);
    }

    @Override
    public void log(
        Level level,
        @Nullable ResourceBundle bundle,
        @Nullable String format,
        @Nullable Object... parameters) {
      logged.add(level + " " + format);
    }
  }

  @Test
  void warn_theFirst_isLoggedAtOnce() {
    log.warn("stall 1");
    assertEquals(List.of("WARNING stall 1"), lines.logged);
  }

  @Test
  void warn_moreWithinTenSeconds_areCountedInTheNext() {
    for (int number = 1; number <= 40; number++) {
      log.warn("stall " + number);
    }
    time.addAndGet(Duration.ofSeconds(10).toNanos() - 1);
    log.warn("stall 41");
    time.addAndGet(1);
    log.warn("stall 42");
    time.addAndGet(Duration.ofSeconds(10).toNanos());
    log.warn("stall 43");
    assertEquals(
        List.of(
            "WARNING stall 1",
            "WARNING stall 42\n\t(since the last such warning 40 were not logged)",
            "WARNING stall 43"),
        lines.logged);
  }
}
