package io.tourbillon.coroutine.sync;

import static io.tourbillon.coroutine.Cancelled.assertCancelled;
import static io.tourbillon.coroutine.TestSchedulers.PATIENCE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.coroutine.Coroutine;
import io.tourbillon.coroutine.CoroutineScheduler;
import io.tourbillon.coroutine.Coroutines;
import io.tourbillon.coroutine.TestSchedulers;
import io.tourbillon.coroutine.sync.Ticker.Tick;
import io.tourbillon.timer.MissedTick;
import io.tourbillon.timer.VirtualClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Queue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TickerTest {
  private static final Duration PERIOD = Duration.ofMillis(100);

  private final VirtualClock clock = new VirtualClock();
  private final CoroutineScheduler scheduler = TestSchedulers.on(clock);

  /** Number, time in milliseconds and lateness of each tick. Written by coroutines of one loop. */
  private final List<String> ticks = new ArrayList<>();

  @AfterEach
  void close() {
    scheduler.close(Duration.ZERO);
  }

  private Ticker ticker(MissedTick missedTick) {
    return Ticker.builder(PERIOD).clock(clock).missedTick(missedTick).name("pulse").build();
  }

  private void note(Tick tick) {
    ticks.add(
        tick.number()
            + " at "
            + clock.nanoTime() / 1_000_000
            + " late "
            + tick.latenessNanos() / 1_000_000);
  }

  /** Pauses for 350 ms after the first tick. */
  private List<String> ticksWithAPause(MissedTick missedTick) {
    Ticker ticker = ticker(missedTick);
    Coroutine<?> _ =
        scheduler.spawn(
            () -> {
              note(ticker.next());
              Coroutines.delay(Duration.ofMillis(350));
              for (Tick tick : ticker) {
                note(tick);
              }
            });
    clock.advance(Duration.ofMillis(700));
    ticker.close();
    return ticks;
  }

  @Test
  void missedTicks_areLeftOut_bySkip() {
    assertEquals(
        List.of(
            "1 at 100 late 0",
            "2 at 450 late 250",
            "5 at 500 late 0",
            "6 at 600 late 0",
            "7 at 700 late 0"),
        ticksWithAPause(MissedTick.SKIP));
  }

  @Test
  void missedTicks_areAllMadeUpFor_byBurst() {
    assertEquals(
        List.of(
            "1 at 100 late 0",
            "2 at 450 late 250",
            "3 at 450 late 150",
            "4 at 450 late 50",
            "5 at 500 late 0",
            "6 at 600 late 0",
            "7 at 700 late 0"),
        ticksWithAPause(MissedTick.BURST));
  }

  @Test
  void missedTicks_moveThoseToCome_byDelay() {
    assertEquals(
        List.of("1 at 100 late 0", "2 at 450 late 250", "5 at 550 late 0", "6 at 650 late 0"),
        ticksWithAPause(MissedTick.DELAY));
  }

  /** Each tick is taken late, but within its period. */
  @Test
  void ticks_doNotDrift() {
    for (MissedTick missedTick : MissedTick.values()) {
      Ticker ticker = ticker(missedTick);
      ticks.clear();
      Coroutine<?> taker =
          scheduler.spawn(
              () -> {
                for (int number = 0; number < 3; number++) {
                  Coroutines.delay(Duration.ofMillis(number == 1 ? 130 : 0));
                  ticks.add(ticker.next().toString());
                }
              });
      clock.advance(Duration.ofMillis(300));
      assertEquals(
          List.of(
              "Tick[number=1, latenessNanos=0]",
              "Tick[number=2, latenessNanos=30000000]",
              "Tick[number=3, latenessNanos=0]"),
          ticks);
      assertTrue(taker.state().isEnd());
    }
  }

  @Test
  void ticker_madeByACoroutine_goesByItsClock() throws Exception {
    Coroutine<Long> taker =
        scheduler.spawn(() -> Ticker.every(Duration.ofHours(1)).next().number());
    clock.advance(Duration.ofHours(1));
    assertEquals(1, taker.join(PATIENCE));
  }

  @Test
  void whoGivesUp_hasNotTakenTheTick() throws Exception {
    Ticker ticker = ticker(MissedTick.BURST);
    Coroutine<?> first = scheduler.spawn(() -> ticker.next());
    clock.advance(Duration.ofMillis(50));
    assertEquals("pulse, every PT0.1S", first.waitsFor().orElseThrow());
    first.cancel();
    assertCancelled(first::join);
    Coroutine<Tick> second = scheduler.spawn(ticker::next);
    clock.advance(Duration.ofMillis(50));
    assertEquals(new Tick(1, 0), second.join(PATIENCE));
  }

  @Test
  void secondWhoWaits_isRefused() {
    Ticker ticker = ticker(MissedTick.SKIP);
    Coroutine<Tick> first = scheduler.spawn(ticker::next);
    Coroutine<Tick> second = scheduler.spawn(ticker::next);
    clock.advance(PERIOD);
    assertEquals(
        "a ticker must be used by one caller at a time: pulse",
        assertThrows(CompletionException.class, second::join).getCause().getMessage());
    assertEquals(new Tick(1, 0), first.join());
  }

  @Test
  void close_endsIterationsAndWaits() throws Exception {
    Ticker ticker = ticker(MissedTick.SKIP);
    Coroutine<?> waiter =
        scheduler.spawn(
            () ->
                assertEquals(
                    "pulse is closed",
                    assertThrows(IllegalStateException.class, ticker::next).getMessage()));
    clock.advance(Duration.ZERO);
    ticker.close();
    ticker.close();
    waiter.join(PATIENCE);
    assertFalse(ticker.iterator().hasNext());
    assertThrows(NoSuchElementException.class, () -> ticker.iterator().next());
  }

  @Test
  void thread_waitsToo_andGivesUpIfItIsInterrupted() {
    Ticker ticker = Ticker.every(Duration.ofMillis(5));
    long startNanos = System.nanoTime();
    assertEquals(1, ticker.next().number());
    assertTrue(System.nanoTime() - startNanos >= 4_000_000);
    Ticker slow = Ticker.every(Duration.ofDays(1));
    Thread.currentThread().interrupt();
    assertThrows(CancellationException.class, slow::next);
    assertTrue(Thread.interrupted());
  }

  @Test
  void periods_thatAreNone_areRefused() {
    assertEquals(
        "period must be more than zero: PT0S",
        assertThrows(IllegalArgumentException.class, () -> Ticker.every(Duration.ZERO))
            .getMessage());
    assertEquals(
        "pulse, every PT2562047H47M16.854775807S",
        Ticker.builder(Duration.ofSeconds(Long.MAX_VALUE)).name("pulse").build().toString());
  }

  @Test
  void reset_whileACallerWaits_putsTheTickOffByAWholePeriod() {
    Ticker ticker = ticker(MissedTick.SKIP);
    Coroutine<?> _ = scheduler.spawn(() -> ticker.forEach(this::note));
    clock.advance(Duration.ofMillis(60));
    ticker.reset();
    clock.advance(Duration.ofMillis(60));
    ticker.reset();
    clock.advance(Duration.ofMillis(230));
    assertEquals(List.of("1 at 220 late 0", "2 at 320 late 0"), ticks);
  }

  @Test
  void reset_withAShorterPeriod_wakesTheCallerForIt() {
    Ticker ticker = ticker(MissedTick.SKIP);
    Coroutine<?> _ = scheduler.spawn(() -> ticker.forEach(this::note));
    clock.advance(Duration.ofMillis(10));
    ticker.reset(Duration.ofMillis(20));
    clock.advance(Duration.ofMillis(40));
    assertEquals(List.of("1 at 30 late 0", "2 at 50 late 0"), ticks);
    assertEquals("pulse, every PT0.02S", ticker.toString());
    assertThrows(IllegalArgumentException.class, () -> ticker.reset(Duration.ZERO));
    ticker.close();
    assertThrows(IllegalStateException.class, ticker::reset);
  }

  @Test
  void jitter_delaysEachTickByAtMostItsPartAndDoesNotAddUp() {
    Ticker ticker = Ticker.builder(PERIOD).clock(clock).jitter(0.5).build();
    List<Long> millis = new ArrayList<>();
    Coroutine<?> _ =
        scheduler.spawn(() -> ticker.forEach(_ -> millis.add(clock.nanoTime() / 1_000_000)));
    clock.advance(PERIOD.multipliedBy(200).plusMillis(60));
    assertEquals(200, millis.size());
    List<Long> offsets = new ArrayList<>();
    for (int i = 0; i < millis.size(); i++) {
      offsets.add(millis.get(i) - 100L * (i + 1));
    }
    assertTrue(offsets.stream().allMatch(offset -> offset >= 0 && offset <= 51), offsets::toString);
    assertTrue(offsets.stream().distinct().count() > 10, offsets::toString);
    assertThrows(IllegalArgumentException.class, () -> Ticker.builder(PERIOD).jitter(Double.NaN));
  }

  /** The tick is due when the caller has looked, and is not any more when the caller takes it. */
  @Test
  void reset_rightWhenATickIsDue_givesNoEarlyTick() throws Exception {
    Ticker ticker = Ticker.every(Duration.ofHours(1));
    Queue<Tick> early = new ConcurrentLinkedQueue<>();
    Thread caller =
        Thread.ofPlatform()
            .daemon()
            .start(
                () ->
                    ticker.forEach(
                        tick -> {
                          if (tick.latenessNanos() < 0) {
                            early.add(tick);
                          }
                        }));
    for (int round = 0; round < 20_000; round++) {
      ticker.reset(Duration.ofNanos(1));
      for (int spin = round % 200; spin > 0; spin--) {
        Thread.onSpinWait();
      }
      ticker.reset(Duration.ofHours(1));
    }
    ticker.close();
    assertTrue(caller.join(PATIENCE));
    assertEquals(List.of(), List.copyOf(early));
  }

  @Test
  void jitter_ofAPeriodBeyondTheClock_doesNotTickAtOnce() {
    Ticker ticker = Ticker.builder(PERIOD).clock(clock).jitter(1).build();
    ticker.reset(Duration.ofSeconds(Long.MAX_VALUE));
    Coroutine<Tick> waiting = scheduler.spawn(ticker::next);
    clock.advance(Duration.ofDays(1));
    assertFalse(waiting.state().isEnd());
    ticker.close();
  }
}
