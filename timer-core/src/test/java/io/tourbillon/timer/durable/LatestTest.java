package io.tourbillon.timer.durable;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import io.tourbillon.timer.TimerService;
import io.tourbillon.timer.internal.store.Row;
import io.tourbillon.timer.internal.store.TimerKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Which of the missed timers of a handler fires. */
class LatestTest {
  private static final long LATER_NANOS = Latest.WAIT_NANOS;

  private final TimerService service = TimerService.builder().build();
  private final NearTimers home =
      new NearTimers(service, new DatabaseClock(), Set.of("h"), 10, _ -> {});
  private final Latest latest = new Latest();

  @AfterEach
  void close() {
    service.shutdownNow();
  }

  private Near timer(long dueMicros) {
    return new Near(home, new Row(new TimerKey("h", "k" + dueMicros), 0, dueMicros, 1, 0), 0);
  }

  private @Nullable Near next(long nowNanos, Predicate<Near> isCurrent) {
    List<Near> batch = new ArrayList<>();
    latest.drainTo(batch, nowNanos, isCurrent);
    return batch.isEmpty() ? null : batch.getFirst();
  }

  private List<Near> replaced() {
    List<Near> replaced = new ArrayList<>();
    latest.drainReplaced(replaced);
    return replaced;
  }

  @Test
  void others_areReplaced_onlyWhenTheLatestHasBegun() {
    Near first = timer(1);
    Near second = timer(2);
    latest.add(second, 0);
    latest.add(first, 0);
    assertNull(next(LATER_NANOS - 1, _ -> true));
    assertSame(second, next(LATER_NANOS, _ -> true));
    assertNull(next(LATER_NANOS, _ -> true));
    assertEquals(List.of(), replaced());
    latest.began(second);
    assertEquals(List.of(first), replaced());
  }

  @Test
  void latestThatIsGone_leavesItsTurnToTheNext_andOneThatComesBackKeepsIt() {
    List<Near> timers = List.of(timer(1), timer(2), timer(3), timer(4));
    timers.forEach(each -> latest.add(each, 0));
    Near cancelledHere = timers.get(3);
    Near cancelledElsewhere = timers.get(2);
    Near live = timers.get(1);
    assertSame(cancelledElsewhere, next(LATER_NANOS, each -> each != cancelledHere));
    latest.failed(cancelledElsewhere, false, LATER_NANOS);
    assertSame(live, next(LATER_NANOS, _ -> true));
    latest.failed(live, true, LATER_NANOS);
    assertNull(next(LATER_NANOS + 1, _ -> true));
    latest.add(live, LATER_NANOS + 2);
    assertSame(live, next(3 * LATER_NANOS, _ -> true));
    latest.began(live);
    assertEquals(List.of(timers.get(0)), replaced());
  }

  @Test
  void earlierOne_thatComesAfterTheLatestHasFired_isReplaced() {
    Near late = timer(5);
    latest.add(late, 0);
    latest.began(next(LATER_NANOS, _ -> true));
    Near earlier = timer(4);
    latest.add(earlier, LATER_NANOS);
    assertEquals(List.of(earlier), replaced());
    Near later = timer(6);
    latest.add(later, LATER_NANOS);
    assertSame(later, next(2 * LATER_NANOS, _ -> true));
  }

  @Test
  void manyThatWait_areBounded_andTheEarliestAreForgotten() {
    for (int due = 1; due <= Latest.MOST_WAITING + 2; due++) {
      latest.add(timer(due), 0);
    }
    List<Near> forgotten = new ArrayList<>();
    latest.drainForgotten(forgotten);
    assertEquals(List.of(1L, 2L), forgotten.stream().map(each -> each.row.dueMicros()).toList());
    assertEquals(Latest.MOST_WAITING, latest.size());
    assertEquals(List.of(), replaced());
  }
}
