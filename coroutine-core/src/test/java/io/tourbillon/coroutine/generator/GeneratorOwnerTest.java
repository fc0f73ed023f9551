package io.tourbillon.coroutine.generator;

import static io.tourbillon.coroutine.Cancelled.assertCancelled;
import static io.tourbillon.coroutine.TestSchedulers.PATIENCE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.coroutine.Coroutine;
import io.tourbillon.coroutine.CoroutineCancelledException;
import io.tourbillon.coroutine.CoroutineDump;
import io.tourbillon.coroutine.CoroutineScheduler;
import io.tourbillon.coroutine.Coroutines;
import io.tourbillon.coroutine.TestSchedulers;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Which coroutine owns a generator, what ends it, and the views of it. */
class GeneratorOwnerTest {
  private final CoroutineScheduler scheduler = TestSchedulers.builder().loops(2).build();
  private final BlockingQueue<String> seen = new LinkedBlockingQueue<>();

  @AfterEach
  void close() {
    scheduler.close(Duration.ZERO);
  }

  private Generator.Body<Integer> counting() {
    return out -> {
      try {
        for (int n = 1; ; n++) {
          out.yield(n);
        }
      } finally {
        seen.add("finally");
      }
    };
  }

  private String nextSeen() throws InterruptedException {
    return seen.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
  }

  @Test
  void generator_ofACoroutine_isOnItsLoop() throws Exception {
    scheduler
        .spawn(
            () -> {
              try (Generator<Integer> generator =
                  Generator.builder().name("counting").of(counting())) {
                generator.next();
                List<CoroutineDump.Entry> both = scheduler.dump(10).coroutines();
                assertEquals(2, both.size());
                assertEquals(both.get(0).loop(), both.get(1).loop());
                assertTrue(both.stream().anyMatch(one -> one.name().equals("counting")));
              }
            })
        .join(PATIENCE);
    assertEquals("finally", nextSeen());
  }

  @Test
  void generator_thatItsCoroutineLeaves_endsWithIt() throws Exception {
    int first = scheduler.spawn(() -> Generator.of(counting()).iterator().next()).join(PATIENCE);
    assertEquals(1, first);
    assertEquals("finally", nextSeen());
  }

  @Test
  void generator_whoseOwnerHasEnded_tellsOthersSo() throws Exception {
    Generator<Integer> generator = Generator.of(counting());
    scheduler.spawn(() -> generator.next()).join(PATIENCE);
    assertEquals("finally", nextSeen());
    CancellationException thrown = assertCancelled(generator::next);
    assertTrue(thrown.getMessage().contains("its owner, has ended"), thrown.getMessage());
  }

  @Test
  void cancel_ofTheOwnerInsideAStep_closesTheGenerator() throws Exception {
    Coroutine<?> owner =
        scheduler.spawn(
            () -> {
              try (Generator<Integer> slow =
                  Generator.of(
                      out -> {
                        try {
                          Coroutines.delay(Duration.ofDays(1));
                        } finally {
                          seen.add("finally");
                        }
                      })) {
                slow.next();
              } finally {
                seen.add("owner");
              }
            });
    TestSchedulers.awaitSuspended(owner);
    owner.cancel("enough");
    assertCancelled(() -> owner.join(PATIENCE));
    assertEquals("finally", nextSeen(), "before the owner goes on");
    assertEquals("owner", nextSeen());
  }

  @Test
  void next_ofACancelledCoroutine_throwsThoughTheStepNeedNotWait() {
    Coroutine<?> coroutine =
        scheduler.spawn(
            () -> {
              Coroutines.current().cancel();
              try (Generator<Integer> generator = Generator.of(counting())) {
                assertThrows(CoroutineCancelledException.class, generator::next);
              }
              Coroutines.checkCancelled();
            });
    assertCancelled(coroutine::join);
    assertTrue(seen.isEmpty());
  }

  @Test
  void generator_withAScheduler_outlivesWhoTakesFromIt() throws Exception {
    try (Generator<Integer> generator = Generator.of(scheduler, counting())) {
      for (int n = 1; n <= 3; n++) {
        assertEquals(n, scheduler.spawn(() -> generator.iterator().next()).join(PATIENCE));
      }
      assertEquals(new Step.Yielded<>(4), generator.next());
      assertTrue(seen.isEmpty());
    }
    assertEquals("finally", nextSeen());
  }

  @Test
  void generator_thatIsLost_isClosedByTheCollector() throws Exception {
    assertEquals(1, Generator.of(scheduler, counting()).iterator().next());
    while (seen.isEmpty()) {
      System.gc();
      Thread.sleep(1);
    }
    assertEquals("finally", nextSeen());
  }

  @Test
  void generator_thatSomeoneWaitsFor_isNotLost() throws Exception {
    CompletableFuture<Integer> gate = new CompletableFuture<>();
    Coroutine<Integer> taker =
        scheduler.spawn(
            () ->
                Generator.<Integer>of(out -> out.yield(Coroutines.await(gate))).iterator().next());
    TestSchedulers.awaitSuspended(taker);
    for (int time = 0; time < 5; time++) {
      System.gc();
      Thread.sleep(5);
    }
    gate.complete(1);
    assertEquals(1, taker.join(PATIENCE));
  }

  @Test
  void stream_closesTheGenerator() throws Exception {
    try (Stream<Integer> values = Generator.of(scheduler, counting()).stream()) {
      assertEquals(List.of(2, 4, 6), values.filter(n -> n % 2 == 0).limit(3).toList());
    }
    assertEquals("finally", nextSeen());
  }

  @Test
  void iterator_looksAheadOnce_andEndsWhenTheGeneratorIsClosed() {
    Generator<Integer> generator = Generator.of(scheduler, counting());
    Iterator<Integer> values = generator.iterator();
    assertTrue(values.hasNext());
    assertTrue(values.hasNext());
    assertEquals(1, values.next());
    assertEquals(2, values.next());
    assertEquals(3, generator.iterator().next());
    generator.close();
    assertFalse(values.hasNext());
    assertThrows(NoSuchElementException.class, values::next);
  }
}
