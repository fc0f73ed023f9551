package io.tourbillon.bench;

import java.io.Console;
import java.util.Optional;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** Progress bars as this program draws them, on standard error. */
public final class Progress {
  private static final int REFRESH_MILLIS = 200;

  /** Without a terminal, as in a log, a bar is drawn seldom. */
  private static final int LOG_MILLIS = 5_000;

  private Progress() {}

  /**
   * A bar of a given width: left to find out the terminal's, the library would open it, and that
   * takes Ctrl-C away from the JVM.
   */
  public static ProgressBarBuilder bar(String task, long max, int columns) {
    return new ProgressBarBuilder()
        .setTaskName(task)
        .setInitialMax(max)
        .setUpdateIntervalMillis(isWatched() ? REFRESH_MILLIS : LOG_MILLIS)
        .setStyle(ProgressBarStyle.ASCII)
        .setConsumer(new ConsoleProgressBarConsumer(System.err, columns));
  }

  private static boolean isWatched() {
    // JDK 22 to 24 always have a console; JDK 25 has none again where there is no terminal.
    return Optional.ofNullable(System.console()).filter(Console::isTerminal).isPresent();
  }
}
