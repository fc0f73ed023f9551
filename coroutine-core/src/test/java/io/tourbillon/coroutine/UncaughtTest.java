package io.tourbillon.coroutine;

import static io.tourbillon.coroutine.Cancelled.assertCancelled;
import static io.tourbillon.coroutine.channel.Select.onReceive;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.tourbillon.coroutine.bridge.OsSignals;
import io.tourbillon.coroutine.bridge.PublisherReader;
import io.tourbillon.coroutine.bridge.Publishers;
import io.tourbillon.coroutine.channel.Channel;
import io.tourbillon.coroutine.channel.Select;
import io.tourbillon.coroutine.generator.Generator;
import io.tourbillon.coroutine.internal.scheduler.Internals;
import io.tourbillon.coroutine.sync.Ticker;
import io.tourbillon.timer.VirtualClock;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.SubmissionPublisher;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class UncaughtTest {
  private final VirtualClock clock = new VirtualClock();
  private final List<String> told = new CopyOnWriteArrayList<>();
  private final CoroutineScheduler scheduler =
      TestSchedulers.builder()
          .loops(1)
          .clock(clock)
          .exceptionHandler(
              (coroutine, failure) -> told.add(coroutine.name() + ": " + failure.getMessage()))
          .build();

  @AfterEach
  void close() {
    scheduler.close(Duration.ZERO);
  }

  private Coroutine<?> failing() {
    return scheduler.spawn(
        SpawnOptions.named("failing"),
        () -> {
          throw new IOException("broken");
        });
  }

  /** As in a loop of selects that each watch the coroutine, of which the last sees its end. */
  @Test
  void failure_thatOneStopsToWatch_isToldAfterASecond_unlessItIsSeen() {
    Coroutine<?> coroutine = failing();
    Suspension.Registration watch = Suspension.whenJoined(coroutine, _ -> {});
    clock.advance(Duration.ofSeconds(2));
    watch.remove();
    clock.advance(Duration.ofMillis(999));
    assertEquals(List.of(), told);
    assertThrows(CompletionException.class, coroutine::join);
    clock.advance(Duration.ofSeconds(2));
    assertEquals(List.of(), told);
    Coroutine<?> another = failing();
    Suspension.whenJoined(another, _ -> {}).remove();
    clock.advance(Duration.ofMillis(1100));
    assertEquals(List.of("failing: broken"), told);
  }

  @Test
  void failure_unseenForASecond_isTold() {
    Coroutine<?> coroutine = failing();
    clock.advance(Duration.ofMillis(999));
    assertEquals(List.of(), told);
    clock.advance(Duration.ofMillis(2));
    assertEquals(List.of("failing: broken"), told);
    assertThrows(CompletionException.class, coroutine::join);
  }

  // Ends that are not failures.

  private void assertQuiet(Callable<?> body, Runnable close) {
    Coroutine<?> waiting = scheduler.spawn(SpawnOptions.named("waiting"), body);
    clock.advance(Duration.ofMillis(1));
    assertEquals(Coroutine.State.SUSPENDED, waiting.state());
    close.run();
    clock.advance(Duration.ofSeconds(5));
    assertEquals(List.of(), told);
    assertEquals(Coroutine.State.FAILED, waiting.state());
    assertThrows(CompletionException.class, waiting::join);
  }

  @Test
  void closeOfWhatAnUnseenCoroutineReceivesFrom_isNotTold() {
    Channel<String> channel = Channel.rendezvous();
    assertQuiet(channel::receive, channel::close);
    Channel<String> selected = Channel.rendezvous();
    assertQuiet(() -> Select.select(onReceive(selected, value -> value)), selected::close);
    OsSignals signals = OsSignals.open("USR1");
    assertQuiet(signals::await, signals::close);
    Ticker ticker = Ticker.builder(Duration.ofHours(1)).clock(clock).build();
    assertQuiet(ticker::next, ticker::close);
    SubmissionPublisher<String> publisher = new SubmissionPublisher<>();
    PublisherReader<String> reader = Publishers.read(publisher, 4);
    assertQuiet(reader::receive, reader::close);
    publisher.close();
  }

  /** The value was lost, or the source has failed. */
  @Test
  void closeThatIsAFailure_isTold() {
    Channel<String> sentTo = Channel.rendezvous();
    scheduler.spawn(SpawnOptions.named("sender"), () -> sentTo.send("value"));
    Channel<String> broken = Channel.rendezvous();
    scheduler.spawn(SpawnOptions.named("receiver"), () -> broken.receive());
    clock.advance(Duration.ofMillis(1));
    sentTo.cancel(null);
    broken.closeWith(new IOException("broken"));
    clock.advance(Duration.ofSeconds(5));
    assertEquals(2, told.size(), told::toString);
  }

  /** Otherwise a program that ends with the scheduler would never learn of it. */
  @Test
  void failure_unseenAtTheClose_isToldBeforeItReturns() {
    for (int round = 0; round < 50; round++) {
      List<String> names = new CopyOnWriteArrayList<>();
      try (CoroutineScheduler brief =
          TestSchedulers.builder()
              .exceptionHandler((coroutine, failure) -> names.add(coroutine.name()))
              .build()) {
        brief.spawn(
            SpawnOptions.named("failing"),
            () -> {
              throw new IOException("broken");
            });
      }
      assertEquals(List.of("failing"), names);
    }
  }

  private static final class Unsure extends RuntimeException implements OrderlyEnd {
    private static final long serialVersionUID = 1;

    Unsure() {
      super("unsure");
    }

    @Override
    public boolean isOrderly() {
      throw new IllegalStateException("not known");
    }
  }

  @Test
  void endThatCannotSayWhetherItIsOrderly_isTold() {
    scheduler.spawn(
        SpawnOptions.named("unsure"),
        () -> {
          throw new Unsure();
        });
    clock.advance(Duration.ofSeconds(2));
    assertEquals(List.of("unsure: unsure"), told);
  }

  @Test
  void endThatCannotSayWhetherItIsOrderly_atTheClose_hidesNoOther() {
    List<String> names = new CopyOnWriteArrayList<>();
    try (CoroutineScheduler brief =
        TestSchedulers.builder()
            .loops(1)
            .exceptionHandler((coroutine, failure) -> names.add(coroutine.name()))
            .build()) {
      for (String name : List.of("first", "second")) {
        brief.spawn(
            SpawnOptions.named(name),
            () -> {
              throw new Unsure();
            });
      }
    }
    assertEquals(Set.of("first", "second"), Set.copyOf(names));
  }

  /** As documented: the same happens in the same order each time. */
  @Test
  void handler_byAVirtualClock_isCalledOnTheLoop() {
    List<Boolean> onItsOwnThread = new CopyOnWriteArrayList<>();
    CoroutineScheduler virtual =
        TestSchedulers.builder()
            .loops(1)
            .clock(clock)
            .exceptionHandler((_, _) -> onItsOwnThread.add(Internals.isLoopsOwnThread()))
            .build();
    virtual.spawn(
        () -> {
          throw new IOException("broken");
        });
    clock.advance(Duration.ofSeconds(2));
    assertEquals(List.of(TestSchedulers.ENGINE != Engine.VIRTUAL_THREAD), onItsOwnThread);
    virtual.close();
  }

  @Test
  void failure_thatSomeoneJoins_isTheirs() {
    Coroutine<?> coroutine = failing();
    clock.advance(Duration.ZERO);
    assertThrows(CompletionException.class, coroutine::join);
    clock.advance(Duration.ofSeconds(5));
    assertEquals(List.of(), told);
  }

  /** Nobody got the failure, although three callers waited for it. */
  @Test
  void failure_thatAllHaveGivenUpWaitingFor_isTold() throws Exception {
    Coroutine<?> late =
        scheduler.spawn(
            SpawnOptions.named("late"),
            () -> {
              Coroutines.delay(Duration.ofMinutes(1));
              throw new IOException("broken");
            });
    assertThrows(TimeoutException.class, () -> late.join(Duration.ofMillis(1)));
    Coroutine<String> limited =
        scheduler.spawn(
            () ->
                assertThrows(TimeoutException.class, () -> late.join(Duration.ofSeconds(1)))
                    .getMessage());
    Coroutine<?> cancelled = scheduler.spawn(() -> late.join());
    clock.advance(Duration.ofSeconds(1));
    cancelled.cancel();
    clock.advance(Duration.ofSeconds(1));
    assertEquals("late has not ended within PT1S", limited.join());
    assertCancelled(cancelled::join);
    clock.advance(Duration.ofMinutes(1));
    clock.advance(Duration.ofSeconds(2));
    assertEquals(List.of("late: broken"), told);
    assertThrows(CompletionException.class, late::join);
  }

  /**
   * The wait is given up just as the coroutine fails: either a caller or the handler must see it.
   */
  @Test
  void failure_asTheOnlyOneGivesUp_isNeverLost() throws Exception {
    Set<String> seen = ConcurrentHashMap.newKeySet();
    int rounds = 2000;
    try (CoroutineScheduler real =
        TestSchedulers.builder()
            .exceptionHandler((coroutine, failure) -> seen.add(coroutine.name()))
            .build()) {
      for (int round = 0; round < rounds; round++) {
        Coroutine<?> failing =
            real.spawn(
                SpawnOptions.named("failing-" + round),
                () -> {
                  Coroutines.yieldNow();
                  throw new IOException("broken");
                });
        try {
          failing.join(Duration.ofNanos(20_000));
        } catch (TimeoutException tooLate) {
          // The handler must be told.
        } catch (CompletionException inTime) {
          seen.add(failing.name());
        }
      }
    }
    assertEquals(rounds, seen.size());
  }

  @Test
  void handler_thatThrows_isLogged() {
    try (LogCapture log = new LogCapture()) {
      CoroutineScheduler other =
          TestSchedulers.builder()
              .loops(1)
              .clock(clock)
              .exceptionHandler(
                  (coroutine, failure) -> {
                    throw new IllegalStateException("handler");
                  })
              .build();
      other.spawn(
          () -> {
            throw new IOException("broken");
          });
      clock.advance(Duration.ofSeconds(2));
      Coroutine<String> after = other.spawn(() -> "the loop lives");
      clock.advance(Duration.ZERO);
      assertEquals("the loop lives", after.join());
      assertEquals(List.of("the exception handler has thrown"), log.lines());
      other.close();
    }
  }

  @Test
  void failure_thatACloseOfAGeneratorHasThrown_isNotTold() {
    Coroutine<?> owner =
        scheduler.spawn(
            () -> {
              Generator<Integer> disobedient =
                  Generator.of(
                      out -> {
                        try {
                          out.yield(1);
                        } finally {
                          out.yield(2);
                        }
                      });
              disobedient.next();
              assertThrows(IllegalStateException.class, disobedient::close);
            });
    clock.advance(Duration.ofSeconds(3));
    owner.join();
    assertEquals(List.of(), told);
  }
}
