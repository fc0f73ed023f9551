package io.tourbillon.bench.scenario;

import java.util.Locale;
import java.util.function.ToDoubleFunction;

/** A figure that a scenario measures. Lower is better. */
public enum Metric {
  /** CPU time of the whole process for each operation. */
  CPU_PER_OPERATION("CPU", "ns"),
  /** Wall time for each operation. It does not include what other threads do meanwhile. */
  WALL_PER_OPERATION("wall", "ns"),
  /** CPU time of the whole process for each timer armed, while all are armed. */
  ARM_CPU("CPU an arm", "ns"),
  /** CPU time of the whole process for each timer cancelled, while all are cancelled. */
  CANCEL_CPU("CPU a cancel", "ns"),
  /** Median lateness. */
  LATE_P50("late, p50", "us", lateMicros(50)),
  /** The lateness that 1 percent of the timers exceed. */
  LATE_P99("late, p99", "us", lateMicros(99)),
  /** The lateness that one timer in a thousand exceeds. */
  LATE_P999("late, p99.9", "us", lateMicros(99.9)),
  /** The greatest lateness. */
  LATE_MAX("late, most", "us", lateMicros(100)),
  /** From the start of a service until its first timer fires. */
  FIRST_FIRING("first firing", "us"),
  /** Memory for each timer or coroutine. */
  BYTES_EACH("memory each", "B"),
  /** Memory that is still occupied a second after the last timer was cancelled. */
  BYTES_LEFT("left after cancel", "B"),
  /** How often threads of the subject went to sleep again: voluntary context switches. */
  WAKE_UPS_PER_SECOND("wake-ups a second", ""),
  /** CPU time of the subject's threads, in percent of a core. */
  CPU_PERCENT("CPU of one core", "%");

  private final String title;
  private final String unit;

  /** A method reference without state. */
  @SuppressWarnings("ImmutableEnumChecker")
  private final ToDoubleFunction<Measurement> reader;

  Metric(String title, String unit) {
    this.title = title;
    this.unit = unit;
    this.reader = this::figureIn;
  }

  Metric(String title, String unit, ToDoubleFunction<Measurement> reader) {
    this.title = title;
    this.unit = unit;
    this.reader = reader;
  }

  public String title() {
    return title;
  }

  /** Empty for a plain number. */
  public String unit() {
    return unit;
  }

  /** Returns true if repeated runs agree on it. A maximum depends on the machine's worst moment. */
  public boolean isSteady() {
    return this != LATE_MAX && this != BYTES_LEFT;
  }

  /** Returns true if it depends on the current speed of the machine. */
  public boolean isTime() {
    return unit.equals("ns") || unit.equals("us");
  }

  /** Differences up to this do not matter, even if they are certain. */
  public double leastDifference() {
    return switch (this) {
      case WAKE_UPS_PER_SECOND -> 5;
      case CPU_PERCENT -> 0.1;
      default -> 1;
    };
  }

  /** Its name in files: {@code cpuPerOperation}. */
  public String id() {
    String[] words = name().toLowerCase(Locale.ROOT).split("_", -1);
    StringBuilder id = new StringBuilder(words[0]);
    for (int word = 1; word < words.length; word++) {
      id.append(Character.toUpperCase(words[word].charAt(0)))
          .append(words[word], 1, words[word].length());
    }
    return id.toString();
  }

  /** Its value, or NaN in a measurement that does not have it. */
  public double in(Measurement measurement) {
    return reader.applyAsDouble(measurement);
  }

  private double figureIn(Measurement measurement) {
    return measurement.figures().getOrDefault(id(), Double.NaN);
  }

  private static ToDoubleFunction<Measurement> lateMicros(double percent) {
    return measurement -> measurement.latenessNanosAt(percent) / 1e3;
  }
}
