package io.tourbillon.coroutine;

import static io.tourbillon.coroutine.TestSchedulers.PATIENCE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.coroutine.Coroutine.State;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class CoroutineDumpTest {
  private final CoroutineScheduler scheduler = TestSchedulers.oneLoop();

  @AfterEach
  void close() {
    scheduler.close(Duration.ZERO);
  }

  private void spawnSleepers(int count) {
    for (int number = 0; number < count; number++) {
      Coroutine<?> sleeper =
          scheduler.spawn(
              SpawnOptions.named("sleeper-" + number), () -> Coroutines.delay(Duration.ofHours(1)));
      while (sleeper.state() != State.SUSPENDED) {
        Thread.onSpinWait();
      }
    }
  }

  @Test
  void dump_saysWhatEachWaitsFor() {
    spawnSleepers(2);
    CoroutineDump dump = scheduler.dump(10);
    assertEquals(2, dump.total());
    assertEquals(List.of(), dump.silent());
    assertEquals(
        """
        2 coroutines
        coroutine-loop-0
          sleeper-1 SUSPENDED on a delay
          sleeper-0 SUSPENDED on a delay
        """,
        dump.toString());
  }

  @Test
  void dump_ofMoreThanWanted_countsTheOthers() {
    spawnSleepers(5);
    CoroutineDump dump = scheduler.dump(2);
    assertEquals(5, dump.total());
    assertEquals(2, dump.coroutines().size());
    assertTrue(dump.toString().endsWith("and 3 more\n"), dump::toString);
  }

  /** A loop that is held up is just when one wants to know. */
  @Test
  void dump_ofALoopThatIsHeldUp_namesWhoHoldsIt() throws Exception {
    spawnSleepers(1);
    CountDownLatch running = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    Coroutine<?> hog =
        scheduler.spawn(
            SpawnOptions.named("hog"),
            () -> {
              running.countDown();
              while (release.getCount() > 0) {
                Thread.onSpinWait();
              }
            });
    running.await();
    CoroutineDump dump = scheduler.dump(10);
    assertEquals(2, dump.total());
    assertEquals(List.of("coroutine-loop-0"), dump.silent());
    assertEquals(
        """
        2 coroutines
        coroutine-loop-0, which does not answer
          hog RUNNING
        and 1 more
        """,
        dump.toString());
    release.countDown();
    hog.join(PATIENCE);
  }

  @Test
  void dump_byACoroutine_showsIt() throws Exception {
    CoroutineDump dump =
        scheduler.spawn(SpawnOptions.named("me"), () -> scheduler.dump(1)).join(PATIENCE);
    assertEquals("me RUNNING", dump.coroutines().getFirst().toString());
  }

  @Test
  void dump_ofLessThanNone_isRefused() {
    assertEquals(
        "most must not be negative: -1",
        assertThrows(IllegalArgumentException.class, () -> scheduler.dump(-1)).getMessage());
  }
}
