package io.tourbillon.bench;

import java.io.Console;
import java.util.Optional;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** Makes progress bars for standard error. */
public final class Progress {
  private static final int REFRESH_MILLIS = 200;

  /** Interval without a terminal, as in a log. */
  private static final int LOG_MILLIS = 5_000;

  private Progress() {}

  /**
   * Makes a bar of a given width. Without a width, the library would open the terminal to find it
   * out, and then the JVM would not receive Ctrl-C.
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
    // System.console() is never null in JDK 22 to 24. In JDK 25 it is null without a terminal.
    return Optional.ofNullable(System.console()).filter(Console::isTerminal).isPresent();
  }
}
