package io.tourbillon.coroutine.generator;

import static io.tourbillon.coroutine.Cancelled.assertCancelled;
import static io.tourbillon.coroutine.TestSchedulers.PATIENCE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.coroutine.Coroutine;
import io.tourbillon.coroutine.CoroutineScheduler;
import io.tourbillon.coroutine.Coroutines;
import io.tourbillon.coroutine.TestSchedulers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Concurrent calls, calls from inside, and steps that are given up. */
class GeneratorMisuseTest {
  private final CoroutineScheduler scheduler = TestSchedulers.builder().loops(2).build();
  private final CompletableFuture<String> gate = new CompletableFuture<>();
  private final List<Object> seen = new ArrayList<>();

  @AfterEach
  void close() {
    scheduler.close(Duration.ZERO);
  }

  /** Waits for the gate before its first value. */
  private TwoWayGenerator<String, String, Void> gated() {
    return Generator.builder()
        .name("gated")
        .scheduler(scheduler)
        .twoWay(
            out -> {
              try {
                String sent = out.yield(Coroutines.await(gate));
                out.yield("sent " + sent);
              } finally {
                seen.add("finally");
              }
            });
  }

  private static void awaitSuspension(Coroutine<?> coroutine) {
    TestSchedulers.awaitSuspended(coroutine);
  }

  @Test
  void next_fromTwoAtOnce_isRefusedToTheSecond() throws Exception {
    try (TwoWayGenerator<String, String, Void> gated = gated()) {
      Coroutine<Step<String, Void>> first = scheduler.spawn(() -> gated.next());
      awaitSuspension(first);
      assertEquals("a value of gated", first.waitsFor().orElseThrow());
      String refusal = "gated is already executing: another caller waits for a value";
      assertEquals(refusal, assertThrows(IllegalStateException.class, gated::next).getMessage());
      assertEquals(refusal, assertThrows(IllegalStateException.class, gated::close).getMessage());
      gate.complete("value");
      assertEquals(new Step.Yielded<>("value"), first.join(PATIENCE));
    }
  }

  @Test
  void next_fromInsideItself_isRefused() {
    AtomicReference<Generator<Integer>> itself = new AtomicReference<>();
    try (Generator<Integer> generator =
        Generator.builder().name("introvert").scheduler(scheduler).of(out -> itself.get().next())) {
      itself.set(generator);
      assertEquals(
          "introvert is already executing: its own body asks",
          assertThrows(CompletionException.class, generator::next).getCause().getMessage());
    }
  }

  @Test
  void yield_byAnotherCoroutine_isRefused() {
    try (Generator<Integer> generator =
        Generator.of(scheduler, out -> scheduler.spawn(() -> out.yield(1)).join())) {
      Throwable thrown = assertThrows(CompletionException.class, generator::next).getCause();
      assertTrue(
          thrown.getMessage().startsWith("only the coroutine of " + generator), () -> "" + thrown);
    }
  }

  @Test
  void step_thatTimesOut_goesOn_andItsValueIsTheNext() throws Exception {
    try (TwoWayGenerator<String, String, Void> gated = gated()) {
      assertThrows(TimeoutException.class, () -> gated.next(Duration.ofMillis(5)));
      assertThrows(TimeoutException.class, () -> gated.next(Duration.ZERO));
      Coroutine<?> impatient =
          scheduler.spawn(() -> Coroutines.withTimeout(Duration.ofMillis(5), () -> gated.next()));
      assertInstanceOf(
          TimeoutException.class,
          assertThrows(CompletionException.class, impatient::join).getCause());
      gate.complete("value");
      assertEquals(new Step.Yielded<>("value"), gated.next(PATIENCE));
      assertEquals(new Step.Yielded<>("sent null"), gated.next(PATIENCE));
    }
  }

  @Test
  void step_thatWasGivenUp_canOnlyBeTakenByNext() throws Exception {
    try (TwoWayGenerator<String, String, Void> gated = gated()) {
      Coroutine<?> first = scheduler.spawn(() -> gated.next());
      awaitSuspension(first);
      first.cancel();
      assertCancelled(first::join);
      assertEquals(
          "gated goes on with a step, as its taker gave up:" + " only next may be called, not send",
          assertThrows(IllegalStateException.class, () -> gated.send("value")).getMessage());
      gate.complete("late");
      while (!scheduler.dump(10).coroutines().toString().contains("the next step of gated")) {
        Thread.onSpinWait();
      }
      assertEquals(
          "gated has a value that was not taken, as its taker gave up:"
              + " only next may be called, not send",
          assertThrows(IllegalStateException.class, () -> gated.send("value")).getMessage());
      assertEquals(new Step.Yielded<>("late"), gated.next(PATIENCE));
      assertEquals(new Step.Yielded<>("sent value"), gated.send("value"));
    }
  }

  @Test
  void close_ofAStepThatWasGivenUp_cancelsWhateverTheBodyWaitsFor() {
    TwoWayGenerator<String, String, Void> gated = gated();
    assertThrows(TimeoutException.class, () -> gated.next(Duration.ofMillis(5)));
    gated.close();
    assertEquals(List.of("finally"), seen);
  }

  @Test
  void thread_thatIsInterrupted_hasNotTakenTheValue() {
    gate.complete("value");
    try (TwoWayGenerator<String, String, Void> gated = gated()) {
      Thread.currentThread().interrupt();
      try {
        Step<String, Void> _ = gated.next();
        Thread.interrupted(); // The value came before the interrupt was checked.
      } catch (CancellationException interrupted) {
        assertTrue(Thread.interrupted());
        assertEquals(new Step.Yielded<>("value"), gated.next());
      }
    }
  }

  @Test
  void close_byAThreadThatIsInterrupted_waitsAndStaysInterrupted() {
    gate.complete("value");
    TwoWayGenerator<String, String, Void> gated = gated();
    gated.next();
    Thread.currentThread().interrupt();
    gated.close();
    assertTrue(Thread.interrupted());
    assertEquals(List.of("finally"), seen);
  }

  @Test
  void firstStep_byAThreadWithoutAScheduler_isRefused() {
    try (Generator<Integer> generator =
        Generator.builder().name("homeless").of(out -> out.yield(1))) {
      assertEquals(
          "a generator without a scheduler must be asked for its first value by a coroutine:"
              + " homeless",
          assertThrows(IllegalStateException.class, generator::next).getMessage());
    }
  }

  @Test
  void firstStep_onAClosedScheduler_isRefused_andCanBeTriedAgain() {
    scheduler.close();
    TwoWayGenerator<String, String, Void> gated = gated();
    assertThrows(RejectedExecutionException.class, gated::next);
    assertThrows(RejectedExecutionException.class, gated::next);
    gated.close();
  }

  @Test
  void scheduler_thatIsClosed_endsGeneratorsThatAreLeft() {
    gate.complete("value");
    TwoWayGenerator<String, String, Void> gated = gated();
    gated.next();
    assertTrue(scheduler.close(Duration.ofMillis(5)));
    assertEquals(List.of("finally"), seen);
    assertCancelled(gated::next);
  }
}
