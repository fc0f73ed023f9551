package io.tourbillon.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.observation.DefaultMeterObservationHandler;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;
import io.micrometer.observation.ObservationRegistry;
import io.tourbillon.coroutine.Action;
import io.tourbillon.coroutine.Coroutine;
import io.tourbillon.coroutine.Coroutine.State;
import io.tourbillon.coroutine.CoroutineDecorator;
import io.tourbillon.coroutine.CoroutineGroup;
import io.tourbillon.coroutine.CoroutineScheduler;
import io.tourbillon.coroutine.Coroutines;
import io.tourbillon.coroutine.Engine;
import io.tourbillon.coroutine.SpawnOptions;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Coroutines that are observed because of their options. */
class CoroutineObservationTest {
  private final ObservationRegistry registry = ObservationRegistry.create();
  private final BlockingQueue<Observation.Context> stopped = new LinkedBlockingQueue<>();
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();

  /** Closed by each test's end. */
  private @Nullable CoroutineScheduler open;

  CoroutineObservationTest() {
    registry
        .observationConfig()
        .observationHandler(
            new ObservationHandler<Observation.Context>() {
              @Override
              public void onStop(Observation.Context context) {
                stopped.add(context);
              }

              @Override
              public boolean supportsContext(Observation.Context context) {
                return true;
              }
            })
        .observationHandler(new DefaultMeterObservationHandler(meters));
  }

  @AfterEach
  void close() {
    if (open != null) {
      open.close(Duration.ZERO);
    }
  }

  private CoroutineScheduler newScheduler(CoroutineDecorator decorator) {
    CoroutineScheduler scheduler =
        CoroutineScheduler.builder()
            .engine(Engine.HANDOFF)
            .loops(1)
            .stallHandler(_ -> {})
            .decorator(decorator)
            .build();
    open = scheduler;
    return scheduler;
  }

  private Observation.Context nextStopped() throws InterruptedException {
    Observation.Context context = stopped.poll(30, TimeUnit.SECONDS);
    assertNotNull(context, "an observation has stopped");
    return context;
  }

  private static String value(Observation.Context context, String key) {
    return assertNotNullValue(context.getLowCardinalityKeyValue(key)).getValue();
  }

  private static <T> T assertNotNullValue(@Nullable T value) {
    assertNotNull(value);
    return value;
  }

  @Test
  void namedCoroutine_isObservedFromItsBeginToItsEnd_andIsCurrentInEachTurn() throws Exception {
    CoroutineScheduler scheduler = newScheduler(CoroutineObservation.ofNamed(registry));
    String seen =
        scheduler
            .spawn(
                SpawnOptions.named("checkout").inGroup(CoroutineGroup.named("shop")),
                () -> {
                  Coroutines.delay(Duration.ofMillis(5));
                  Observation current = registry.getCurrentObservation();
                  return current == null ? "" : "" + current.getContext().getContextualName();
                })
            .join();
    assertEquals("checkout", seen);
    Observation.Context context = nextStopped();
    assertEquals("tourbillon.coroutine", context.getName());
    assertEquals("checkout", context.getContextualName());
    assertEquals(
        "checkout",
        assertNotNullValue(context.getHighCardinalityKeyValue("coroutine.name")).getValue());
    assertEquals("shop", value(context, "group"));
    assertEquals("done", value(context, "outcome"));
    Timer timer =
        meters.get("tourbillon.coroutine").tag("group", "shop").tag("outcome", "done").timer();
    assertEquals(1, timer.count());
    assertTrue(
        timer.totalTime(TimeUnit.MILLISECONDS) >= 5,
        () -> timer.totalTime(TimeUnit.MILLISECONDS) + " ms");
  }

  @Test
  void parent_isTheObservationOfTheSpawner() throws Exception {
    CoroutineScheduler scheduler =
        newScheduler(
            ContextPropagation.coroutines().around(CoroutineObservation.ofNamed(registry)));
    Observation request = Observation.start("request", registry);
    Coroutine<?> outer;
    try (Observation.Scope _ = request.openScope()) {
      outer =
          scheduler.spawn(
              SpawnOptions.named("outer"),
              () -> {
                Coroutines.yieldNow();
                // Not observed itself, but passes the observation on.
                scheduler
                    .spawn(() -> scheduler.spawn(SpawnOptions.named("inner"), () -> {}).join())
                    .join();
              });
    }
    outer.join();
    request.stop();
    Observation.Context inner = nextStopped();
    assertEquals("inner", inner.getContextualName());
    assertEquals(
        "outer",
        assertNotNullValue(inner.getParentObservation()).getContextView().getContextualName());
    assertEquals(
        "request",
        assertNotNullValue(nextStopped().getParentObservation()).getContextView().getName());
  }

  @Test
  void failure_isRecorded() throws Exception {
    CoroutineScheduler scheduler = newScheduler(CoroutineObservation.ofNamed(registry));
    IllegalStateException failure = new IllegalStateException("no bread");
    Coroutine<?> failing =
        scheduler.spawn(
            SpawnOptions.named("one"),
            () -> {
              Coroutines.yieldNow();
              throw failure;
            });
    assertThrows(RuntimeException.class, failing::join);
    Observation.Context context = nextStopped();
    assertEquals(failure, context.getError());
    assertEquals("failed", value(context, "outcome"));
  }

  @Test
  void cancellation_isAnOutcome_andNoError() throws Exception {
    CoroutineScheduler scheduler = newScheduler(CoroutineObservation.ofNamed(registry));
    Coroutine<?> coroutine =
        scheduler.spawn(SpawnOptions.named("one"), () -> Coroutines.delay(Duration.ofHours(1)));
    while (coroutine.state() != State.SUSPENDED) {
      Thread.onSpinWait();
    }
    coroutine.cancel();
    Observation.Context context = nextStopped();
    assertEquals("cancelled", value(context, "outcome"));
    assertEquals(null, context.getError());
  }

  /** It is not the cancellation of this coroutine. */
  @Test
  void cancellationOfAnother_isAnError() throws Exception {
    CoroutineScheduler scheduler = newScheduler(CoroutineObservation.ofNamed(registry));
    Coroutine<?> other = scheduler.spawn(() -> Coroutines.delay(Duration.ofHours(1)));
    other.cancel();
    Coroutine<?> failing = scheduler.spawn(SpawnOptions.named("one"), () -> other.join());
    assertThrows(RuntimeException.class, failing::join);
    Observation.Context context = nextStopped();
    assertEquals("failed", value(context, "outcome"));
    assertNotNull(context.getError());
  }

  @Test
  void coroutinesThatAreNotChosen_andTasks_areNotWrapped() {
    CoroutineObservation observation =
        CoroutineObservation.of(registry, options -> "chosen".equals(options.name()) ? "x" : null);
    Action body = () -> {};
    Runnable task = () -> {};
    assertEquals(body, observation.decorate(SpawnOptions.named("other"), body));
    assertEquals(body, observation.decorate(SpawnOptions.DEFAULT, body));
    assertEquals(task, observation.decorateTask(task));
    assertEquals(
        body,
        CoroutineObservation.ofNamed(ObservationRegistry.NOOP)
            .decorate(SpawnOptions.named("a"), body));
    assertTrue(!body.equals(observation.decorate(SpawnOptions.named("chosen"), body)));
    assertEquals(0, stopped.size());
  }
}
