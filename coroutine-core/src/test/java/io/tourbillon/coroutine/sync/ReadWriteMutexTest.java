package io.tourbillon.coroutine.sync;

import static io.tourbillon.coroutine.TestSchedulers.PATIENCE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.coroutine.Coroutine;
import io.tourbillon.coroutine.CoroutineScheduler;
import io.tourbillon.coroutine.Coroutines;
import io.tourbillon.coroutine.TestSchedulers;
import io.tourbillon.timer.VirtualClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ReadWriteMutexTest {
  private static final Duration TEN = Duration.ofMillis(10);

  private final List<String> log = new ArrayList<>();

  private void hold(VirtualClock clock, String name) {
    log.add(name + " from " + clock.nanoTime() / 1_000_000);
    Coroutines.delay(TEN);
  }

  @Test
  void readersShare_writersDoNot_andNobodyOvertakes() {
    VirtualClock clock = new VirtualClock();
    CoroutineScheduler scheduler = TestSchedulers.on(clock);
    ReadWriteMutex mutex = new ReadWriteMutex("routes");
    for (String name : List.of("r1", "r2", "w1", "r3", "r4", "w2")) {
      Coroutine<?> _ =
          scheduler.spawn(
              () -> {
                if (name.startsWith("r")) {
                  mutex.withReadLock(() -> hold(clock, name));
                } else {
                  mutex.withWriteLock(() -> hold(clock, name));
                }
              });
    }
    clock.advance(Duration.ofMillis(5));
    assertEquals("routes, readers: 2", mutex.toString());
    clock.advance(TEN);
    assertEquals("routes, held by a writer", mutex.toString());
    clock.advance(Duration.ofSeconds(1));
    assertEquals("routes, free", mutex.toString());
    assertEquals(
        List.of("r1 from 0", "r2 from 0", "w1 from 10", "r3 from 20", "r4 from 20", "w2 from 30"),
        log);
    scheduler.close(Duration.ZERO);
  }

  @Test
  void failureAndCancellation_unlock() {
    VirtualClock clock = new VirtualClock();
    CoroutineScheduler scheduler = TestSchedulers.on(clock);
    ReadWriteMutex mutex = new ReadWriteMutex();
    Coroutine<?> failing =
        scheduler.spawn(
            () ->
                mutex.withWriteLock(
                    () -> {
                      throw new IllegalStateException("in the body");
                    }));
    Coroutine<?> holding = scheduler.spawn(() -> mutex.withReadLock(() -> hold(clock, "r")));
    Coroutine<?> waiting = scheduler.spawn(() -> mutex.withWriteLock(() -> hold(clock, "w")));
    clock.advance(Duration.ofMillis(1));
    waiting.cancel("no longer needed");
    holding.cancel("likewise");
    clock.advance(TEN);
    assertTrue(failing.state().isEnd() && waiting.state().isEnd() && holding.state().isEnd());
    assertTrue(mutex.toString().endsWith(", free"), mutex::toString);
    failing.toFuture().exceptionNow();
    scheduler.close(Duration.ZERO);
  }

  /** On two loops: writers are alone, and readers see whole writes. */
  @Test
  void manyReadersAndWriters_neverMeet() throws Exception {
    try (CoroutineScheduler scheduler = TestSchedulers.builder().loops(2).build()) {
      ReadWriteMutex mutex = new ReadWriteMutex();
      int[] pair = new int[2];
      AtomicInteger torn = new AtomicInteger();
      List<Coroutine<?>> all = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        boolean writes = i % 4 == 0;
        all.add(
            scheduler.spawn(
                () -> {
                  for (int n = 0; n < 500; n++) {
                    if (writes) {
                      mutex.withWriteLock(
                          () -> {
                            pair[0]++;
                            Coroutines.yieldNow();
                            pair[1]++;
                          });
                    } else {
                      mutex.withReadLock(
                          () -> {
                            if (pair[0] != pair[1]) {
                              torn.incrementAndGet();
                            }
                          });
                    }
                  }
                }));
      }
      for (Coroutine<?> each : all) {
        each.join(PATIENCE);
      }
      assertEquals(0, torn.get());
      assertEquals(1_000, pair[1]);
    }
  }
}
