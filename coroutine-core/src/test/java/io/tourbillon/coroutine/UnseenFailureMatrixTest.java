package io.tourbillon.coroutine;

import static io.tourbillon.coroutine.TestSchedulers.PATIENCE;
import static io.tourbillon.coroutine.channel.Select.onJoin;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tourbillon.coroutine.CoroutineScope.Policy;
import io.tourbillon.coroutine.channel.Channel;
import io.tourbillon.coroutine.channel.Select;
import io.tourbillon.coroutine.internal.task.Failures;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

/**
 * No failure is lost, and none is reported twice. For every source of a failure, every way to
 * observe it and every end of the observer: the failure is thrown to the observer, is suppressed by
 * what is thrown to it, or goes to the exception handler, and exactly one of these happens.
 */
@Tag("not-plain-thread") // The failures come at certain turns.
class UnseenFailureMatrixTest {
  /** The source of the failure. Each fails when the gate opens, or earlier if it is cancelled. */
  private enum Who {
    BODY,
    CHILD,
    PRODUCER,
    CLEAN_UP
  }

  /** The way to observe the failure. */
  private enum Looks {
    JOIN,
    SELECT,
    SCOPE,
    NOBODY
  }

  /** How the observer ends. */
  private enum Ends {
    RETURN,
    THROW,
    CANCEL,
    TIMEOUT
  }

  private static final class Failure extends IOException {
    private static final long serialVersionUID = 1;

    Failure() {
      super("the failure");
    }
  }

  @TestFactory
  List<DynamicTest> failure_isToldOnce() {
    List<DynamicTest> all = new ArrayList<>();
    for (Who who : Who.values()) {
      for (Looks looks : Looks.values()) {
        for (Ends ends : Ends.values()) {
          all.add(
              DynamicTest.dynamicTest(
                  who + " fails, looked for by " + looks + ", which ends by " + ends,
                  () -> new Run(who, looks, ends).run()));
        }
      }
    }
    return all;
  }

  /** One of the combinations. */
  private static final class Run {
    private final Who who;
    private final Looks looks;
    private final Ends ends;
    private final Failure failure = new Failure();
    private final CompletableFuture<Void> gate = new CompletableFuture<>();
    private final List<Throwable> told = new CopyOnWriteArrayList<>();
    private final List<Throwable> thrown = new CopyOnWriteArrayList<>();
    private final CoroutineScheduler scheduler =
        TestSchedulers.builder()
            .loops(1)
            .exceptionHandler((coroutine, uncaught) -> told.add(uncaught))
            .build();

    Run(Who who, Looks looks, Ends ends) {
      this.who = who;
      this.looks = looks;
      this.ends = ends;
    }

    void run() throws Exception {
      Coroutine<?> observer = scheduler.spawn(this::observe);
      if (ends == Ends.CANCEL) {
        Coroutines4Tests.awaitSuspended(observer);
        observer.cancel("enough");
        gateAfter(observer);
      } else if (ends == Ends.TIMEOUT) {
        gateAfter(observer);
      } else {
        gate.complete(null);
      }
      Coroutine.awaitAll(List.of(observer));
      scheduler.close(PATIENCE);
      long seen = thrown.stream().filter(this::tells).count();
      long toldOf = told.stream().filter(this::tells).count();
      assertEquals(1, Math.min(1, seen) + toldOf, () -> "thrown: " + thrown + ", told: " + told);
    }

    /** Makes the failure come after the observer has ended. */
    private void gateAfter(Coroutine<?> observer) {
      Suspension.Registration _ = Suspension.whenEnded(observer, () -> gate.complete(null));
    }

    private boolean tells(Throwable one) {
      return Failures.contains(one, failure);
    }

    /** Observes, ends as required, and notes what is thrown to it. */
    private void observe() {
      try {
        if (ends == Ends.TIMEOUT) {
          Coroutines.withTimeout(Duration.ofMillis(5), this::look);
        } else {
          look();
        }
        if (ends == Ends.THROW) {
          throw new IllegalStateException("the observer's own");
        }
      } catch (TimeoutException | CancellationException late) {
        thrown.add(late);
      } catch (Exception seen) {
        thrown.add(seen);
      }
    }

    private void look() throws Exception {
      if (looks == Looks.SCOPE) {
        CoroutineScope.run(
            Policy.FAIL_FAST,
            scope -> {
              Coroutine<?> _ = scope.spawn(this::fail);
              if (ends == Ends.THROW) {
                awaitChild();
                throw new IllegalStateException("the observer's own");
              }
              return null;
            });
        return;
      }
      Coroutine<?> failing = scheduler.spawn(this::fail);
      switch (looks) {
        case JOIN -> failing.join();
        case SELECT -> Select.select(onJoin(failing, value -> ""));
        default -> {
          if (ends == Ends.CANCEL || ends == Ends.TIMEOUT) {
            Coroutines.delay(Duration.ofHours(1));
          }
        }
      }
    }

    /** Waits until the child has failed, without being disturbed by that. */
    private void awaitChild() {
      Coroutines.shield(
          Duration.ofSeconds(10),
          () -> {
            for (int turn = 0; turn < 20; turn++) {
              Coroutines.yieldNow();
            }
          });
    }

    /** Fails in a coroutine of its own. */
    private Object fail() throws Exception {
      switch (who) {
        case BODY -> {
          Coroutines.shield(PATIENCE, this::awaitGate);
          throw failure;
        }
        case CHILD ->
            CoroutineScope.run(
                Policy.FAIL_FAST,
                scope ->
                    scope
                        .spawn(
                            () -> {
                              Coroutines.shield(PATIENCE, this::awaitGate);
                              throw failure;
                            })
                        .join());
        case PRODUCER ->
            Channel.produce(
                    0,
                    out -> {
                      Coroutines.shield(PATIENCE, this::awaitGate);
                      throw failure;
                    })
                .receive();
        case CLEAN_UP -> {
          try {
            awaitGate();
          } finally {
            throwIt();
          }
        }
      }
      return "";
    }

    private void throwIt() throws Failure {
      throw failure;
    }

    private void awaitGate() {
      // In a scope that ends with its owner, the gate would open too late.
      if (looks == Looks.SCOPE && (ends == Ends.CANCEL || ends == Ends.TIMEOUT)) {
        Coroutines.yieldNow();
      } else {
        Coroutines.await(gate);
      }
    }
  }

  /** Waits for states. */
  private static final class Coroutines4Tests {
    static void awaitSuspended(Coroutine<?> coroutine) {
      while (coroutine.state() != Coroutine.State.SUSPENDED && !coroutine.state().isEnd()) {
        Thread.onSpinWait();
      }
    }
  }
}
