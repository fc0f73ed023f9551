package io.tourbillon.bench.compare;

import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A unit that suits a value, and its numbers with the precision of measurements: three digits, or
 * whole.
 *
 * @param unit empty for a plain number
 * @param size how many units of measurement it contains
 */
record Scale(String unit, double size) {
  /** The larger units, by the unit of measurement. */
  private static final Map<String, List<Scale>> GREATER =
      Map.of(
          "ns", List.of(new Scale("us", 1e3), new Scale("ms", 1e6), new Scale("s", 1e9)),
          "us", List.of(new Scale("ms", 1e3), new Scale("s", 1e6)),
          "B",
              List.of(
                  new Scale("KiB", 1L << 10),
                  new Scale("MiB", 1L << 20),
                  new Scale("GiB", 1L << 30)));

  /** A unit is used from this value on, so that values which differ little share a unit. */
  private static final double LEAST = 10;

  /** The unit that suits a value. */
  static Scale of(String unit, double value) {
    Scale chosen = new Scale(unit, 1);
    for (Scale greater : GREATER.getOrDefault(unit, List.of())) {
      if (Math.abs(value) >= LEAST * greater.size) {
        chosen = greater;
      }
    }
    return chosen;
  }

  /** A value with its unit: {@code 12.3 us}. */
  static String text(String unit, double value) {
    return of(unit, value).text(value);
  }

  /** A median with its unit, and the range in the same unit: {@code 82.0 ns (80.0 – 84.0)}. */
  static String text(String unit, Spread spread) {
    Scale scale = of(unit, spread.median());
    return String.format(
        Locale.ROOT,
        "%s (%s – %s)",
        scale.text(spread.median()),
        scale.number(spread.least()),
        scale.number(spread.most()));
  }

  String text(double value) {
    return unit.isEmpty() ? number(value) : number(value) + " " + unit;
  }

  /** A number without the unit. */
  String number(double value) {
    double scaled = value / size;
    double magnitude = Math.abs(scaled);
    int decimals = magnitude == 0 || magnitude >= 99.95 ? 0 : magnitude >= 9.995 ? 1 : 2;
    return String.format(Locale.ROOT, "%,." + decimals + "f", scaled);
  }
}
