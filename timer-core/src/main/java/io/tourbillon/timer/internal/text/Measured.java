package io.tourbillon.timer.internal.text;

import java.math.BigDecimal;
import java.math.MathContext;
import java.time.Duration;
import org.HdrHistogram.AbstractHistogram;

/** What was measured, in words; the same in every locale. */
public final class Measured {
  /** The least value that is told in a unit, and the unit. */
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

  /** A time, as 1.23 ms: to three digits, in the largest unit of which it is one at the least. */
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

  /** Times, by their number, median, 99th percentile and greatest. */
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
   * A time, as 1.23 s, 2 min 3 s or 4 h 5 min: to hundredths of a second, or coarser if it is long.
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
