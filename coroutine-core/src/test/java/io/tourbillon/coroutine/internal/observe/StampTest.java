package io.tourbillon.coroutine.internal.observe;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("not-plain-thread") // No turns.
class StampTest {
  /** In the first, an int of hundredths has its greatest value; in the second, it is 0 again. */
  @ParameterizedTest
  @ValueSource(longs = {(1L << 31) - 1, (1L << 32) - 1, (1L << 32), 123_456_789_012L, 0})
  void timeSince_isRight_whereverTheIntTurnsOver(long fromHundredths) {
    long fromNanos = fromHundredths * 10_000_000;
    int stamp = Stamp.of(fromNanos);
    for (Duration passed :
        new Duration[] {
          Duration.ZERO, Duration.ofMillis(10), Duration.ofDays(250), Duration.ofDays(497)
        }) {
      assertEquals(passed.toNanos(), Stamp.nanosSince(stamp, fromNanos + passed.toNanos()));
    }
  }

  @Test
  void timeSince_isCountedInHundredths() {
    assertEquals(0, Stamp.nanosSince(Stamp.of(0), 9_999_999));
    assertEquals(10_000_000, Stamp.nanosSince(Stamp.of(9_999_999), 10_000_000));
  }

  /** One thread reads the clock, and another one stamps a moment later. */
  @Test
  void timeSince_ofAStampThatIsAhead_isZero() {
    assertEquals(0, Stamp.nanosSince(Stamp.of(10_000_000), 9_999_999));
    assertEquals(0, Stamp.nanosSince(Stamp.of(Duration.ofSeconds(10).toNanos()), 0));
  }
}
