package io.tourbillon.bench.compare;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collection;
import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.Locale;
import java.util.stream.DoubleStream;

/**
 * An axis of a plot. What is marked on it is told here and not left to Chart.js, which knows
 * neither nines nor which values were measured.
 *
 * @param title with the unit
 * @param marks from the least value that is shown to the greatest; empty if Chart.js may choose
 */
record Axis(String title, boolean logarithmic, List<Mark> marks) {
  private static final int MOST_MARKS = 12;

  /** Closer to the last mark, as a part of a nine, there is no room for another. */
  private static final double LEAST_GAP = 0.5;

  /** A value, and what is written there. */
  record Mark(double value, String label) {}

  /** From 0 on. */
  static Axis linear(String title) {
    return new Axis(title, false, List.of());
  }

  /**
   * For those values that are above 0, marked at 1, 2, 5, 10 and so on, or if these are many at
   * powers of ten.
   */
  static Axis logarithmic(String title, DoubleStream values) {
    DoubleSummaryStatistics range = values.filter(value -> value > 0).summaryStatistics();
    if (range.getCount() == 0) {
      return new Axis(title, true, List.of());
    }
    List<Mark> marks = marks(range.getMin(), range.getMax(), 1, 2, 5);
    return new Axis(
        title, true, marks.size() <= MOST_MARKS ? marks : marks(range.getMin(), range.getMax(), 1));
  }

  /** For sizes, each of which is marked, in their order. */
  static Axis sizes(String title, Collection<Integer> sizes) {
    return new Axis(title, true, sizes.stream().map(size -> new Mark(size, brief(size))).toList());
  }

  /**
   * For percentiles of so many values. Each further nine is as long as the one before, up to the
   * last value, which is one of all.
   */
  static Axis nines(String title, int size) {
    double last = nines(100, size);
    List<Mark> marks = new ArrayList<>();
    for (int nines = 0; nines == 0 || nines <= last - LEAST_GAP; nines++) {
      BigDecimal percent =
          BigDecimal.valueOf(100).subtract(BigDecimal.ONE.movePointRight(2 - nines));
      marks.add(new Mark(nines, percent.stripTrailingZeros().toPlainString() + " %"));
    }
    marks.add(new Mark(last, "most"));
    return new Axis(title, false, marks);
  }

  /** Where a percentile of so many values stands on an axis of nines. */
  static double nines(double percent, int size) {
    return Math.min(-Math.log10(1 - percent / 100), Math.log10(size));
  }

  private static List<Mark> marks(double least, double most, int... steps) {
    List<Mark> marks = new ArrayList<>();
    for (int exponent = (int) Math.floor(Math.log10(least)); ; exponent++) {
      String form = "%,." + Math.max(0, -exponent) + "f";
      for (int step : steps) {
        double value = step * Math.pow(10, exponent);
        if (value <= least) {
          marks.clear();
        }
        marks.add(new Mark(value, String.format(Locale.ROOT, form, value)));
        if (value >= most) {
          return marks;
        }
      }
    }
  }

  private static String brief(int size) {
    if (size % 1_000_000 == 0) {
      return size / 1_000_000 + " M";
    }
    return size % 1000 == 0 ? size / 1000 + " k" : String.valueOf(size);
  }
}
