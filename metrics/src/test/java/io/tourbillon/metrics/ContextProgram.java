package io.tourbillon.metrics;

import io.micrometer.context.ContextRegistry;
import io.micrometer.context.ThreadLocalAccessor;
import io.micrometer.context.integration.Slf4jThreadLocalAccessor;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.ContextKey;
import io.opentelemetry.context.Scope;
import io.tourbillon.coroutine.Coroutine;
import io.tourbillon.coroutine.CoroutineScheduler;
import io.tourbillon.coroutine.CoroutineScope;
import io.tourbillon.coroutine.Coroutines;
import io.tourbillon.coroutine.Engine;
import io.tourbillon.timer.TimerService;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;

/**
 * Prints the contexts that the timers and coroutines of three requests see: the MDC, the current
 * observation and the context of OpenTelemetry. {@link ContextPropagationTest} runs it on each
 * engine.
 */
final class ContextProgram {
  private static final ContextKey<String> USER = ContextKey.named("user");

  private static final ObservationRegistry REGISTRY = ObservationRegistry.create();

  private ContextProgram() {}

  /** The context of OpenTelemetry, as a thread-local with an accessor. */
  private static final class OpenTelemetryAccessor implements ThreadLocalAccessor<Context> {
    @Override
    public Object key() {
      return "opentelemetry";
    }

    @Override
    public Context getValue() {
      return Context.current();
    }

    @Override
    @SuppressWarnings("MustBeClosedChecker") // Put back by the next call.
    public void setValue(Context context) {
      Scope _ = context.makeCurrent();
    }

    @Override
    public void setValue() {
      setValue(Context.root());
    }
  }

  /** The engine is the argument. */
  public static void main(String[] args) throws Exception {
    REGISTRY.observationConfig().observationHandler(_ -> true);
    ContextRegistry.getInstance()
        .registerThreadLocalAccessor(new Slf4jThreadLocalAccessor())
        .registerThreadLocalAccessor(new OpenTelemetryAccessor());
    try (TimerService timers =
            TimerService.builder().decorator(ContextPropagation.tasks()).build();
        CoroutineScheduler scheduler =
            CoroutineScheduler.builder()
                .engine(Engine.valueOf(args[0]))
                .loops(1)
                .decorator(ContextPropagation.coroutines())
                .build()) {
      List<CompletableFuture<String>> all = new ArrayList<>();
      for (String request : List.of("a", "b", "c")) {
        serve(request, timers, scheduler, all);
      }
      all.add(scheduler.spawn(ContextProgram::seenInTurns).toFuture());
      for (CompletableFuture<String> each : all) {
        System.out.println(each.join());
      }
      System.out.println("left: " + seen());
    }
    try (TimerService timers =
            TimerService.builder().decorator(task -> Context.current().wrap(task)).build();
        CoroutineScheduler scheduler =
            CoroutineScheduler.builder()
                .engine(Engine.valueOf(args[0]))
                .loops(1)
                .decorator(task -> Context.current().wrap(task))
                .build();
        Scope _ = Context.current().with(USER, "without Micrometer").makeCurrent()) {
      System.out.println(scheduler.spawn(ContextProgram::seenInTurns).join());
      System.out.println(later(timers).join());
    }
  }

  private static void serve(
      String request,
      TimerService timers,
      CoroutineScheduler scheduler,
      List<CompletableFuture<String>> all) {
    Observation observation = Observation.start("request " + request, REGISTRY);
    try (MDC.MDCCloseable _ = MDC.putCloseable("request", request);
        Observation.Scope _ = observation.openScope();
        Scope _ = Context.current().with(USER, "user " + request).makeCurrent()) {
      all.add(later(timers));
      all.add(later(scheduler.timers()));
      all.add(scheduler.spawn(ContextProgram::seenInTurns).toFuture());
      all.add(scheduler.spawn(() -> Coroutines.blocking(ContextProgram::seen)).toFuture());
      all.add(
          scheduler
              .spawn(
                  () -> {
                    MDC.put("step", "2");
                    Coroutines.yieldNow();
                    try (CoroutineScope scope = CoroutineScope.open()) {
                      Coroutine<String> child = scope.spawn(ContextProgram::seenInTurns);
                      return child.join();
                    }
                  })
              .toFuture());
    } finally {
      observation.stop();
    }
  }

  private static CompletableFuture<String> later(TimerService timers) {
    CompletableFuture<String> seen = new CompletableFuture<>();
    timers.schedule(Duration.ofMillis(2), () -> seen.complete(seen()));
    return seen;
  }

  /** Returns what a coroutine sees in its turns, once if it is always the same. */
  private static String seenInTurns() {
    TreeSet<String> seen = new TreeSet<>();
    for (int turn = 0; turn < 3; turn++) {
      seen.add(seen());
      Coroutines.delay(Duration.ofMillis(1));
      seen.add(seen());
      Coroutines.yieldNow();
    }
    return String.join(" and ", seen);
  }

  private static String seen() {
    Observation current = REGISTRY.getCurrentObservation();
    @Nullable String step = MDC.get("step");
    return MDC.get("request")
        + (step == null ? "" : " step " + step)
        + ", "
        + (current == null ? null : current.getContext().getName())
        + ", "
        + Context.current().get(USER);
  }
}
