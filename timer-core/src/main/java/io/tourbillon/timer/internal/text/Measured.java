package io.tourbillon.timer.internal.text;

import java.math.BigDecimal;
import java.math.MathContext;
import java.time.Duration;
import org.HdrHistogram.AbstractHistogram;

/** Formats measured values, in the same way in every locale. */
public final class Measured {
  /** A unit of time, with the number of its decimal places in nanoseconds. */
  private enum Unit {
    SECONDS(9, "s"),
    MILLIS(6, "ms"),
    MICROS(3, "us"),
    NANOS(0, "ns");

    private final int digits;
    private final String symbol;

    Unit(int digits, String symbol) {
      this.digits = digits;
      this.symbol = symbol;
    }
  }

  private static final MathContext THREE_DIGITS = new MathContext(3);

  private Measured() {}

  /**
   * Formats a time, as 1.23 ms: with three digits, in the largest unit in which it is at least one.
   */
  public static String time(long nanos) {
    BigDecimal exact = BigDecimal.valueOf(nanos);
    for (Unit unit : Unit.values()) {
      BigDecimal value = exact.movePointLeft(unit.digits).round(THREE_DIGITS);
      if (unit == Unit.NANOS || value.abs().compareTo(BigDecimal.ONE) >= 0) {
        return value.stripTrailingZeros().toPlainString() + " " + unit.symbol;
      }
    }
    throw new AssertionError(nanos);
  }

  /** Formats a summary of times: median, 99th percentile, maximum and number. */
  public static String times(AbstractHistogram nanos) {
    long count = nanos.getTotalCount();
    if (count == 0) {
      return "none measured";
    }
    return "median "
        + time(nanos.getValueAtPercentile(50))
        + ", 99 % within "
        + time(nanos.getValueAtPercentile(99))
        + ", at most "
        + time(nanos.getMaxValue())
        + ", of "
        + count;
  }

  /**
   * Formats a time, as 1.23 s, 2 min 3 s or 4 h 5 min. Cuts it to hundredths of a second, or
   * coarser if it is long.
   */
  public static String span(Duration time) {
    long seconds = time.toSeconds();
    if (seconds < 60) {
      int hundredths = time.toMillisPart() / 10;
      String fraction =
          hundredths == 0 ? "" : hundredths < 10 ? ".0" + hundredths : "." + hundredths;
      return seconds + fraction + " s";
    }
    if (seconds < 3600) {
      return seconds / 60 + " min " + seconds % 60 + " s";
    }
    if (seconds < 86_400) {
      return seconds / 3600 + " h " + seconds / 60 % 60 + " min";
    }
    return seconds / 86_400 + " d " + seconds / 3600 % 24 + " h";
  }
}
