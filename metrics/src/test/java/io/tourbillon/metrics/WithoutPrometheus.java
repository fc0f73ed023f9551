package io.tourbillon.metrics;

import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;

/** Runs in a JVM of its own, whose class path has Micrometer's core but no optional dependency. */
final class WithoutPrometheus {
  private WithoutPrometheus() {}

  public static void main(String[] args) {
    SimpleMeterRegistry simple = new SimpleMeterRegistry();
    CompositeMeterRegistry composite = new CompositeMeterRegistry();
    composite.add(simple);
    try (Everything everything = new Everything()) {
      everything.bindTo(composite);
      System.out.println(
          "bound " + simple.get("tourbillon.timer.lateness").functionTimer().getId().getName());
    }
  }
}
