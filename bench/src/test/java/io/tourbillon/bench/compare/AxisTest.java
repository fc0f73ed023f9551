package io.tourbillon.bench.compare;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tourbillon.bench.compare.Axis.Mark;
import java.util.List;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;

final class AxisTest {
  private static List<String> labels(Axis axis) {
    return axis.marks().stream().map(Mark::label).toList();
  }

  private static List<String> logarithmic(double... values) {
    return labels(Axis.logarithmic("", DoubleStream.of(values)));
  }

  @Test
  void logarithmic_narrow_marksAtOneTwoFiveJustAroundTheValues() {
    assertEquals(List.of("50", "100", "200", "500"), logarithmic(70, 240, 99));
    assertEquals(List.of("0.02", "0.05", "0.1"), logarithmic(0.03, 0.09));
  }

  @Test
  void logarithmic_wide_marksAtPowersOfTen() {
    assertEquals(
        List.of("0.001", "0.01", "0.1", "1", "10", "100", "1,000"), logarithmic(0.002, 700));
  }

  @Test
  void logarithmic_valuesWithoutLogarithm_areLeftOut() {
    assertEquals(List.of("20", "50"), logarithmic(0, -1, 30));
    assertEquals(List.of(), logarithmic(0));
  }

  @Test
  void nines_manyValues_eachNineUpToTheLastValue() {
    assertEquals(List.of("0 %", "90 %", "99 %", "99.9 %", "most"), labels(Axis.nines("", 10_000)));
    assertEquals(List.of("0 %", "most"), labels(Axis.nines("", 1)));
  }

  @Test
  void nines_percentile_oneFurtherForEachNine() {
    assertEquals(0, Axis.nines(0, 1000), 1e-9);
    assertEquals(1, Axis.nines(90, 1000), 1e-9);
    assertEquals(2, Axis.nines(99, 1000), 1e-9);
    assertEquals(3, Axis.nines(100, 1000), 1e-9);
  }

  @Test
  void sizes_round_areBrief() {
    assertEquals(
        List.of("512", "1 k", "100 k", "10 M"),
        labels(Axis.sizes("", List.of(512, 1000, 100_000, 10_000_000))));
  }
}
