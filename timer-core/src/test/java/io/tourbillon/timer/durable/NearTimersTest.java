package io.tourbillon.timer.durable;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.timer.TimerService;
import io.tourbillon.timer.internal.store.Row;
import io.tourbillon.timer.internal.store.Stored;
import io.tourbillon.timer.internal.store.TimerKey;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What memory makes of reports that come in any order. */
class NearTimersTest {
  private static final long NOW_MICROS = TimeUnit.DAYS.toMicros(20_000);
  private static final long FAR_MICROS = NOW_MICROS + TimeUnit.HOURS.toMicros(1);
  private static final TimerKey KEY = new TimerKey("h", "k");

  private final BlockingQueue<Near> due = new LinkedBlockingQueue<>();
  private final TimerService service = TimerService.builder().build();
  private final DatabaseClock clock = new DatabaseClock();
  private final NearTimers near = new NearTimers(service, clock, Set.of("h"), 3, due::add);

  @BeforeEach
  void own() {
    near.learn(System.nanoTime(), NOW_MICROS);
    near.open(0, 0);
    near.raise(0, FAR_MICROS);
  }

  @AfterEach
  void close() {
    service.shutdownNow();
  }

  private static Row row(long version, long delayMillis) {
    long dueMicros = NOW_MICROS + TimeUnit.MILLISECONDS.toMicros(delayMillis);
    return new Row(KEY, 0, dueMicros, version, 0);
  }

  /** Written long before. */
  private static Stored stored(Row row) {
    return new Stored(row, 0);
  }

  private @Nullable Near next(long millis) throws InterruptedException {
    return due.poll(millis, TimeUnit.MILLISECONDS);
  }

  private long nextVersion() throws InterruptedException {
    return Objects.requireNonNull(next(10_000)).row.version();
  }

  @Test
  void noticeOfAnOlderVersion_doesNotReplaceWhatWasWrittenSince() throws Exception {
    long readNanos = System.nanoTime();
    assertTrue(near.written(row(2, 50), System.nanoTime()));
    assertFalse(near.noticed(stored(row(1, 60_000)), readNanos));
    assertEquals(2, nextVersion());
  }

  @Test
  void loadedRow_replacesWhatWasKnownBefore_andIsDoubtfulOtherwise() throws Exception {
    near.written(row(1, 60_000), System.nanoTime());
    assertEquals(List.of(), near.addLoaded(List.of(stored(row(2, 50))), System.nanoTime()));
    assertEquals(2, nextVersion());
    long readNanos = System.nanoTime();
    near.written(row(3, 60_000), System.nanoTime());
    assertEquals(List.of(KEY), near.addLoaded(List.of(stored(row(2, 50))), readNanos));
  }

  @Test
  void cancel_thatIsReportedLate_doesNotRemoveWhatCameMeanwhile() throws Exception {
    long cancelNanos = System.nanoTime();
    near.written(row(2, 50), System.nanoTime());
    assertFalse(near.removed(KEY, cancelNanos));
    assertEquals(2, nextVersion());
    assertTrue(near.removed(KEY, System.nanoTime()));
    assertEquals(0, near.size());
  }

  /** Then the check that was made before may be older than the cancel, which was acknowledged. */
  @Test
  void timerOfWhichALateReportHasCome_isDoubtful() throws Exception {
    long cancelNanos = System.nanoTime();
    near.written(row(2, 50), System.nanoTime());
    Near timer = Objects.requireNonNull(next(10_000));
    assertTrue(near.begin(timer));
    assertFalse(timer.doubtful);
    assertFalse(near.removed(KEY, cancelNanos));
    assertTrue(timer.doubtful);
    assertTrue(near.isStill(timer));
  }

  @Test
  void raise_returnsTheHorizonThatAFullMemoryHasLowered() {
    near.raise(0, FAR_MICROS);
    for (int number = 0; number < 3; number++) {
      Row other = new Row(new TimerKey("h", "k" + number), 0, FAR_MICROS - 1, number, 0);
      near.written(other, System.nanoTime());
    }
    Row left = row(9, 60_000);
    assertTrue(near.written(left, System.nanoTime()));
    assertEquals(3, near.size());
    assertEquals(left.dueMicros(), near.raise(0, FAR_MICROS));
  }

  @Test
  void timerThatIsDueWhenItIsWritten_doesNotWaitForTheFirstPageOfItsShard() throws Exception {
    near.open(1, 0);
    Row late = new Row(KEY, 1, NOW_MICROS - 60_000_000, 1, 0);
    assertTrue(near.written(late, System.nanoTime()));
    Near one = Objects.requireNonNull(next(10_000));
    assertEquals(late, one.row);
    assertEquals(0, near.missedMicros(one));
  }

  @Test
  void timerOfAHandlerThatIsElsewhere_isDueAtOnce() throws Exception {
    Row strange = new Row(new TimerKey("other", "k"), 0, FAR_MICROS - 1, 1, 0);
    near.written(strange, System.nanoTime());
    assertEquals(strange, Objects.requireNonNull(next(10_000)).row);
  }

  @Test
  void stepOfTheClock_forward_firesAtOnce_andBackward_waits() throws Exception {
    near.written(row(1, 60_000), System.nanoTime());
    assertEquals(null, next(50));
    near.learn(System.nanoTime(), NOW_MICROS + TimeUnit.MINUTES.toMicros(2));
    Near first = Objects.requireNonNull(next(10_000));
    assertEquals(1, first.row.version());
    near.forget(first);
    near.written(
        new Row(KEY, 0, NOW_MICROS + TimeUnit.SECONDS.toMicros(121), 2, 0), System.nanoTime());
    near.learn(System.nanoTime(), NOW_MICROS);
    assertEquals(null, next(1_500));
    assertEquals(1, near.size());
  }

  @Test
  void missed_isTheTimeWithoutAProcess_andNotWhatWasScheduledLate() {
    near.addLoaded(List.of(stored(row(1, -5_000))), System.nanoTime());
    Near loaded = due(1);
    assertTrue(near.missedMicros(loaded) >= 5_000_000, () -> near.missedMicros(loaded) + " us");
    near.written(row(2, -5_000), System.nanoTime());
    assertEquals(0, near.missedMicros(due(2)));
    near.noticed(stored(row(3, -5_000)), System.nanoTime());
    assertTrue(near.missedMicros(due(3)) >= 5_000_000);
    near.learn(System.nanoTime(), NOW_MICROS - TimeUnit.HOURS.toMicros(1));
    assertEquals(0, near.missedMicros(due(3)));
  }

  @Test
  void missed_countsOnlyTheTimesWithoutAProcess() {
    near.open(1, NOW_MICROS - 3_000_000);
    Row late = new Row(KEY, 1, NOW_MICROS - 60_000_000, 1, 0);
    near.addLoaded(List.of(stored(late)), System.nanoTime());
    long missedMicros = near.missedMicros(due(1));
    assertTrue(missedMicros >= 3_000_000 && missedMicros < 8_000_000, missedMicros + " us");
    near.addAbsence(10_000_000_000L);
    long moreMicros = near.missedMicros(due(1)) - missedMicros;
    assertEquals(10_000_000, moreMicros);
  }

  @Test
  void timerThatWasWrittenForThePast_isNotMissedForLonger_howeverItIsFound() {
    long writtenMicros = NOW_MICROS - 1_000_000;
    near.addLoaded(List.of(new Stored(row(1, -60_000), writtenMicros)), System.nanoTime());
    assertTrue(near.missedMicros(due(1)) < 5_000_000);
    near.noticed(new Stored(row(2, -60_000), writtenMicros), System.nanoTime());
    assertTrue(near.missedMicros(due(2)) < 5_000_000);
  }

  private final Map<Long, Near> seen = new HashMap<>();

  private Near due(long version) {
    try {
      while (!seen.containsKey(version)) {
        Near one = Objects.requireNonNull(next(10_000));
        seen.put(one.row.version(), one);
      }
    } catch (InterruptedException stopped) {
      throw new IllegalStateException(stopped);
    }
    return Objects.requireNonNull(seen.get(version));
  }

  @Test
  void shard_isIdle_whenNothingOfItRuns() throws Exception {
    near.written(row(1, 0), System.nanoTime());
    Near one = Objects.requireNonNull(next(10_000));
    assertTrue(near.begin(one));
    near.drop(0);
    assertEquals(Set.of(0), near.busyShards());
    assertTrue(near.isStill(one));
    near.forget(one);
    assertEquals(Set.of(), near.busyShards());
  }
}
