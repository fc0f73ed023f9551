package io.tourbillon.timer.internal.store;

import io.tourbillon.timer.internal.text.Printable;
import java.util.Comparator;

/** The name of a timer. Ordered, so that all transactions lock rows in the same order. */
public record TimerKey(String handler, String key) implements Comparable<TimerKey> {
  private static final Comparator<TimerKey> ORDER =
      Comparator.comparing(TimerKey::handler).thenComparing(TimerKey::key);

  @Override
  public int compareTo(TimerKey other) {
    return ORDER.compare(this, other);
  }

  /** For logs and errors: a key may come from a request. */
  @Override
  public String toString() {
    return Printable.of(handler + "/" + key);
  }
}
