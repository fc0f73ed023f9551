package io.tourbillon.bench.soak.round;

import io.tourbillon.coroutine.Engine;
import java.util.SplittableRandom;

/**
 * What changes from round to round. It follows from the seed, so that a round can be repeated.
 *
 * @param engine what carries the coroutines
 * @param collector an option of the JVM
 */
public record Variant(Engine engine, String collector) {
  private static final String[] COLLECTORS = {"-XX:+UseG1GC", "-XX:+UseSerialGC"};

  /** Returns the variant of a seed. */
  public static Variant of(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    Engine[] engines = Engine.values();
    return new Variant(
        engines[random.nextInt(engines.length)], COLLECTORS[random.nextInt(COLLECTORS.length)]);
  }
}
