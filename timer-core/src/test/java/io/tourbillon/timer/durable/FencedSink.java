package io.tourbillon.timer.durable;

import java.util.HashMap;
import java.util.Map;

/** What the documentation of {@link Firing#fence} tells users to build. */
interface FencedSink {
  /**
   * Takes an effect.
   *
   * @return false if it is refused, because it comes from a former owner
   */
  boolean accepts(String key, long fence);

  /** Remembers the greatest fence of each key. */
  static FencedSink create() {
    Map<String, Long> greatest = new HashMap<>();
    return (key, fence) -> {
      boolean late = fence < greatest.getOrDefault(key, Long.MIN_VALUE);
      greatest.merge(key, fence, Math::max);
      return !late;
    };
  }

  /** The broken twin: ignores the fence. */
  static FencedSink ignoringFences() {
    return (_, _) -> true;
  }
}
