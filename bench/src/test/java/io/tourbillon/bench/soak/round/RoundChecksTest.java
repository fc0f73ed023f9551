package io.tourbillon.bench.soak.round;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.bench.account.Account;
import io.tourbillon.bench.account.Accounts;
import io.tourbillon.bench.account.CheckedTimer;
import io.tourbillon.coroutine.CoroutineScheduler;
import io.tourbillon.coroutine.Engine;
import io.tourbillon.timer.TimerService;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.UnaryOperator;
import org.HdrHistogram.AtomicHistogram;
import org.HdrHistogram.Recorder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Each check of a round finds what it is for. */
@Timeout(60)
class RoundChecksTest {
  private static final long MILLI = 1_000_000;

  private static Lateness late(long count, long p99Millis) {
    return new Lateness(count, 0, p99Millis * MILLI, p99Millis * MILLI);
  }

  /** The fault throws in the rehearsal only. */
  @Test
  void trial_brokenInItsRehearsal_saysSoWithFigures() throws Exception {
    AtomicBoolean rehearsed = new AtomicBoolean();
    Disturbance fault =
        scene -> {
          if (!rehearsed.getAndSet(true)) {
            throw new IOException("none");
          }
        };
    RoundResult result =
        new Trial("none", fault, 1, Phases.of(Phases.LEAST_MILLIS), UnaryOperator.identity()).run();
    String breach = "in the rehearsal, the fault is borne: java.io.IOException: none";
    assertTrue(
        result.breaches().stream().anyMatch(seen -> seen.startsWith(breach)),
        result.breaches()::toString);
    assertTrue(
        result.notes().stream().anyMatch(note -> note.startsWith("the rehearsal: {timers=")),
        result.notes()::toString);
  }

  // Lateness.

  @Test
  void lateness_asBeforeTheFault_isNormal() {
    assertTrue(LatenessRule.breach(late(9, 2), late(9, 3), late(9, 0), late(9, 0)).isEmpty());
    assertTrue(LatenessRule.breach(late(9, 40), late(9, 110), late(9, 0), late(9, 0)).isEmpty());
  }

  @Test
  void lateness_farAboveThatBefore_isABreach() {
    String seen = LatenessRule.breach(late(9, 2), late(9, 51), late(9, 0), late(9, 0)).orElse("");
    assertTrue(seen.startsWith("p99 51.0 ms from a second after the fault on"), seen);
  }

  @Test
  void lateness_ofAMachineThatIsBusy_isNotPutDownToTheLibrary() {
    assertTrue(LatenessRule.breach(late(9, 2), late(9, 140), late(9, 0), late(9, 30)).isEmpty());
    assertFalse(LatenessRule.breach(late(9, 2), late(9, 141), late(9, 0), late(9, 30)).isEmpty());
  }

  @Test
  void lateness_ofAServiceThatRunsNothingAnyMore_isABreach() {
    String seen = LatenessRule.breach(late(9, 2), late(0, 0), late(9, 0), late(9, 0)).orElse("");
    assertEquals("none ran any more, of 9 in the time before", seen);
  }

  @Test
  void lateness_inOneWindowOfSeveral_isThatOfTheMachine() {
    assertEquals(late(9, 3), LatenessRule.typical(List.of(late(9, 2), late(9, 120), late(9, 3))));
    assertEquals(
        late(9, 90),
        LatenessRule.typical(List.of(late(9, 90), late(9, 120), late(9, 3), late(9, 99))));
  }

  @Test
  void lateness_ofWindowsInWhichNothingRan_isNoLateness() {
    assertEquals(late(0, 0), LatenessRule.typical(List.of(late(9, 2), late(0, 0), late(0, 0))));
  }

  // What is left.

  @Test
  void thread_thatIsLeft_isNamed() throws InterruptedException {
    ThreadCensus before = new ThreadCensus();
    CountDownLatch enough = new CountDownLatch(1);
    Thread left = Thread.ofPlatform().daemon().name("left-behind").start(() -> await(enough));
    List<String> names = before.newThreads(Duration.ofSeconds(1));
    enough.countDown();
    left.join();
    assertEquals(List.of("left-behind"), names);
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException end) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void objects_thatAreLeft_areNamed() {
    HeapCensus before = HeapCensus.take();
    List<long[]> left = new ArrayList<>();
    for (int number = 0; number < 40; number++) {
      left.add(new long[16 * 1024]);
    }
    String seen = before.growth(0).orElse("");
    assertEquals(40, left.size());
    assertTrue(seen.contains("permitted are 1024: [[J "), seen);
    assertEquals("", before.growth(8 << 20).orElse(""), "what the fault may leave");
  }

  // Timers and coroutines.

  @Test
  void timer_whoseArmingWasRefusedAndThatRuns_isFound() {
    Accounts accounts = new Accounts(new AtomicHistogram(Account.MAX_LATENESS_NANOS, 2));
    CheckedTimer timer = new CheckedTimer(accounts.open("timers"));
    TimerService closed = TimerService.create();
    closed.close();
    try {
      timer.arm(closed, 0, TimeUnit.SECONDS);
    } catch (RuntimeException refused) {
      timer.run();
    }
    List<String> broken = new ArrayList<>();
    accounts.addBrokenOfTimers(broken);
    assertEquals(List.of("a timer ends once: 1 of the timers ended a second time"), broken);
  }

  @Test
  void timer_thatIsRearmedForEarlier_isNotEarly() {
    Accounts accounts = new Accounts(new AtomicHistogram(Account.MAX_LATENESS_NANOS, 2));
    Account account = accounts.open("timers");
    try (TimerService timers = TimerService.create()) {
      CheckedTimer timer = new CheckedTimer(account);
      long id = timer.arm(timers, 1, TimeUnit.HOURS);
      assertTrue(timer.rearm(timers, id, 1, TimeUnit.MILLISECONDS));
      while (timer.isPending()) {
        Thread.onSpinWait();
      }
    }
    List<String> broken = new ArrayList<>();
    accounts.addBrokenOfTimers(broken);
    assertEquals(List.of(), broken);
  }

  private static Breaches broken(boolean collected) {
    Breaches breaches = new Breaches();
    CheckedCoroutines book = new CheckedCoroutines(new Recorder(Sampler.MOST_NANOS, 2), breaches);
    CoroutineScheduler scheduler =
        CoroutineScheduler.builder().engine(Engine.HANDOFF).loops(1).build();
    CheckedCoroutine coroutine = book.spawn(scheduler, () -> book.delay(MILLI));
    scheduler.close();
    if (collected) {
      book.collect(coroutine);
    }
    book.judge("coroutines", scheduler.stats(), breaches);
    return breaches;
  }

  @Test
  void coroutines_thatEndOnce_areNoBreach() {
    assertEquals(List.of(), broken(true).all());
  }

  @Test
  void coroutine_thatIsForgotten_isABreach() {
    List<String> all = broken(false).all();
    assertTrue(
        all.contains("coroutines: the stats are true: they say 1 finished, we 0"), all::toString);
  }

  @Test
  void coroutine_thatFails_isABreach() {
    Breaches breaches = new Breaches();
    CheckedCoroutines book = new CheckedCoroutines(new Recorder(Sampler.MOST_NANOS, 2), breaches);
    try (CoroutineScheduler scheduler =
        CoroutineScheduler.builder()
            .engine(Engine.HANDOFF)
            .loops(1)
            .exceptionHandler((coroutine, failure) -> {})
            .build()) {
      book.leave(
          book.spawn(
              scheduler,
              () -> {
                throw new IllegalStateException("example");
              }));
    }
    book.collectLeft();
    assertEquals(
        List.of("no coroutine fails: java.lang.IllegalStateException: example"), breaches.all());
  }

  @Test
  void breaches_moreThanAreKept_areCounted() {
    Breaches breaches = new Breaches();
    for (int number = 1; number <= 23; number++) {
      breaches.add("promise", number);
    }
    assertEquals("promise: 20", breaches.all().get(19));
    assertEquals("and 3 more", breaches.all().getLast());
  }
}
