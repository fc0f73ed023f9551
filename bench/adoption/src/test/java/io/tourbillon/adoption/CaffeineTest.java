package io.tourbillon.adoption;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.RemovalCause;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Caffeine's removal of entries that have expired, while nobody uses the cache. */
class CaffeineTest extends AdoptionTest {
  private final Map<Integer, RemovalCause> removed = new ConcurrentHashMap<>();

  private Cache<Integer, String> cache(TimeSource source, Duration expiry) {
    return CaffeineRecipe.builder(source)
        .expireAfterWrite(expiry)
        .removalListener((Integer key, String value, RemovalCause cause) -> removed.put(key, cause))
        .build();
  }

  /** Caffeine looks at most once a second, or 1.07 s with its rounding. */
  @ParameterizedTest
  @EnumSource
  void entries_expire_thoughNobodyUsesTheCache(Subject subject) throws Exception {
    Cache<Integer, String> cache = cache(open(subject), Duration.ofMillis(50));
    for (int i = 0; i < 100; i++) {
      cache.put(i, "value");
    }
    long startNanos = System.nanoTime();
    await(() -> removed.size() == 100, () -> "removed: " + removed.size());
    assertElapsed(Duration.ofMillis(40), startNanos);
    assertEquals(RemovalCause.EXPIRED, removed.get(7));
    assertEquals(0, cache.estimatedSize());
  }

  @ParameterizedTest
  @EnumSource
  void entries_thatAreWrittenAgain_liveLonger(Subject subject) throws Exception {
    Cache<Integer, String> cache = cache(open(subject), Duration.ofSeconds(2));
    cache.put(1, "old");
    Thread.sleep(50);
    cache.put(1, "new");
    await(() -> removed.get(1) == RemovalCause.EXPIRED, () -> "removed: " + removed);
    assertNull(cache.getIfPresent(1));
  }

  /** The cache has one timer, which runs once more when the cache is empty. */
  @ParameterizedTest
  @EnumSource
  void invalidateAll_leavesNoTimerForLong(Subject subject) throws Exception {
    TimeSource source = open(subject);
    Cache<Integer, String> cache = cache(source, Duration.ofMillis(100));
    for (int i = 0; i < 1000; i++) {
      cache.put(i, "value");
    }
    cache.invalidateAll();
    cache.cleanUp();
    await(() -> removed.size() == 1000, () -> "removed: " + removed.size());
    awaitNonePending(source);
  }
}
