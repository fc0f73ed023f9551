package io.tourbillon.junit;

import io.tourbillon.coroutine.Coroutine;
import io.tourbillon.coroutine.CoroutineDump;
import io.tourbillon.coroutine.CoroutineScheduler;
import io.tourbillon.coroutine.RealTimeWait;
import io.tourbillon.coroutine.SchedulingPolicy;
import io.tourbillon.coroutine.testkit.Simulation;
import io.tourbillon.timer.PolledTimerService;
import io.tourbillon.timer.TimerService;
import io.tourbillon.timer.VirtualClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.opentest4j.TestAbortedException;

/**
 * What the parameters of one test refer to, made when they are first asked for: a virtual clock,
 * and services on it. JUnit closes them after everything else that belongs to the test, so that
 * code under test which is closed late may still cancel its timers.
 *
 * <p>Confined to JUnit, which calls one method of a test at a time, in whichever thread; only the
 * failures come from other threads.
 */
final class TestServices implements AutoCloseable {
  static final Set<Class<?>> TYPES =
      Set.of(
          VirtualClock.class,
          TimerService.class,
          PolledTimerService.class,
          CoroutineScheduler.class,
          Simulation.class);

  /** How long the services may need to come to rest, in real time, before they are looked at. */
  private static final Duration REST_LIMIT = Duration.ofSeconds(10);

  /** How long a task may go on after the test, in real time, before it is interrupted. */
  private static final Duration CLOSE_GRACE = Duration.ofSeconds(1);

  private static final int MOST_COROUTINES = 100;
  private static final int MOST_CHARACTERS = 10_000;

  private final ExtensionContext context;
  private final VirtualClock clock = new VirtualClock();
  private @Nullable TimerService timers;
  private @Nullable PolledTimerService polled;
  private @Nullable CoroutineScheduler scheduler;

  /** Null if nothing that was asked for depends on it. */
  private @Nullable Long seed;

  /** Added by drivers and loops, read when those have ended. */
  private final Queue<UnseenFailureError> failures = new ConcurrentLinkedQueue<>();

  TestServices(ExtensionContext context) {
    this.context = context;
  }

  /** Returns the object of one of the {@link #TYPES}. */
  Object get(Class<?> type) {
    if (type.equals(VirtualClock.class)) {
      return clock;
    } else if (type.equals(TimerService.class)) {
      return timers();
    } else if (type.equals(PolledTimerService.class)) {
      return polled();
    } else if (type.equals(CoroutineScheduler.class)) {
      return scheduler();
    } else {
      return Engines.set(context, new Simulation()).seed(seed());
    }
  }

  private TimerService timers() {
    TimerService made = timers;
    if (made == null) {
      made = builder().watchdog(Duration.ZERO).build();
      timers = made;
    }
    return made;
  }

  /** Not confined to one thread, as JUnit may call the methods of a test in several. */
  private PolledTimerService polled() {
    PolledTimerService made = polled;
    if (made == null) {
      made = builder().buildPolled(() -> {});
      polled = made;
    }
    return made;
  }

  private TimerService.Builder builder() {
    return TimerService.builder()
        .clock(clock)
        .recordCreationSites()
        .exceptionHandler(
            (task, thrown) -> addFailure("a task of the TimerService has thrown: " + task, thrown));
  }

  private CoroutineScheduler scheduler() {
    CoroutineScheduler made = scheduler;
    if (made == null) {
      made =
          Engines.set(context, CoroutineScheduler.builder())
              .name("test")
              .loops(1)
              .clock(clock)
              .policy(SchedulingPolicy.random(seed()))
              .budget(Duration.ZERO)
              .watchdog(Duration.ZERO)
              .recordCreationSites()
              .exceptionHandler(this::coroutineFailed)
              .realTimeWaitHandler(this::waitedInRealTime)
              .build();
      scheduler = made;
    }
    return made;
  }

  private long seed() {
    Long known = seed;
    if (known == null) {
      known = Seeds.first(context);
      seed = known;
    }
    return known;
  }

  private void coroutineFailed(Coroutine<?> coroutine, Throwable thrown) {
    addFailure("a coroutine has failed, and nobody has joined it: " + coroutine.name(), thrown);
  }

  private void waitedInRealTime(RealTimeWait wait) {
    UnseenFailureError failure = new UnseenFailureError(wait.toString(), null);
    failure.setStackTrace(wait.stack().toArray(StackTraceElement[]::new));
    failures.add(failure);
  }

  private void addFailure(String what, Throwable thrown) {
    failures.add(new UnseenFailureError(what, thrown));
  }

  /** Looks for what is left, and ends it. Called when the test and its clean-up have ended. */
  @Override
  public void close() {
    clock.autoAdvance(false);
    awaitRest();
    List<String> left = leftovers();
    closeServices();
    Throwable test = context.getExecutionException().orElse(null);
    AssertionError failure = failure(left);
    if (seed != null && !(test instanceof TestAbortedException)) {
      Throwable told = test == null ? failure : test;
      if (told != null) {
        Seeds.tell(context, told, seed);
      }
    }
    if (failure != null && !(test instanceof TestAbortedException)) {
      throw failure; // JUnit adds it to the failure of the test if there is one.
    }
  }

  /** What can go on without time does. If something computes or blocks, it counts as it is then. */
  private void awaitRest() {
    try {
      boolean _ = clock.awaitStandstill(REST_LIMIT);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private List<String> leftovers() {
    List<String> left = new ArrayList<>();
    if (Annotations.leaksAreAllowed(context)) {
      return left;
    }
    if (timers != null) {
      addPending(left, timers, "TimerService");
    }
    if (polled != null) {
      addPending(left, polled, "PolledTimerService");
    }
    if (scheduler != null) {
      addPending(left, scheduler.timers(), "CoroutineScheduler.timers()");
      CoroutineDump dump = scheduler.dump(MOST_COROUTINES);
      if (dump.total() > 0) {
        left.add(
            "coroutines have not ended at the end of the test; join or cancel them, or open a"
                + " CoroutineScope around them:\n"
                + dump.toString().strip());
      }
    }
    return left;
  }

  private static void addPending(List<String> left, TimerService service, String name) {
    if (service.pending() > 0) {
      left.add(
          "timers of the "
              + name
              + " are pending at the end of the test; cancel them, or advance the clock to their"
              + " time:\n"
              + service.dump().toString(MOST_CHARACTERS).strip());
    }
  }

  private void closeServices() {
    if (polled != null) {
      polled.close();
    }
    if (timers != null) {
      boolean _ = timers.close(CLOSE_GRACE);
    }
    if (scheduler != null) {
      closeScheduler(scheduler);
    }
  }

  private void closeScheduler(CoroutineScheduler open) {
    boolean quiet = open.dump(0).total() == 0;
    if (!quiet) {
      // Those that clean up may need time. If none does, the action stays, and there is no rest.
      clock.whenAtRest(() -> clock.autoAdvance(true));
    }
    boolean _ = open.close(Duration.ZERO);
    clock.autoAdvance(false);
    if (quiet) {
      awaitRest(); // The loop may still have a failure to report, in a thread of its own.
    }
  }

  /** Returns the first unseen failure with all that followed, or the leak; null if all is well. */
  private @Nullable AssertionError failure(List<String> left) {
    AssertionError first = null;
    for (UnseenFailureError each : failures) {
      first = with(first, each);
    }
    return left.isEmpty()
        ? first
        : with(first, new LeakError(String.join("\n", left) + "\n" + LeakError.ADVICE));
  }

  private static AssertionError with(@Nullable AssertionError first, AssertionError next) {
    if (first == null) {
      return next;
    }
    first.addSuppressed(next);
    return first;
  }
}
