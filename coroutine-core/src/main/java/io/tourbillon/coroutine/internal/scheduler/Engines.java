package io.tourbillon.coroutine.internal.scheduler;

import io.tourbillon.coroutine.Coroutine;
import io.tourbillon.coroutine.Coroutines;
import io.tourbillon.coroutine.Engine;
import io.tourbillon.coroutine.internal.engine.Carriers;
import io.tourbillon.coroutine.internal.engine.ContinuationEngine;
import io.tourbillon.coroutine.internal.engine.EngineLoop;
import io.tourbillon.coroutine.internal.engine.HandoffEngine;
import io.tourbillon.coroutine.internal.engine.LoopEngine;
import io.tourbillon.coroutine.internal.engine.PlainThreadEngine;
import io.tourbillon.coroutine.internal.engine.Scheduling;
import io.tourbillon.coroutine.internal.engine.VirtualThreadEngine;
import io.tourbillon.timer.internal.IndependentThread;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** Makes the engine of a loop, and finds out which engines this JVM can run. Thread-safe. */
final class Engines {
  private static final System.Logger LOG = System.getLogger("io.tourbillon.coroutine");
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  /** Engines that have been seen to work. An engine that did not work is tried again. */
  private static final Set<Engine> SEEN_TO_WORK = ConcurrentHashMap.newKeySet();

  /** Whether coroutines that share thread-locals were reported. Any thread sets it. */
  private static final AtomicBoolean WARNED = new AtomicBoolean();

  private Engines() {}

  static LoopEngine newLoopEngine(Engine engine, EngineLoop loop) {
    return switch (engine) {
      case VIRTUAL_THREAD -> new VirtualThreadEngine(loop);
      case CONTINUATION -> new ContinuationEngine(loop);
      case HANDOFF -> new HandoffEngine(loop);
      case PLAIN_THREAD -> new PlainThreadEngine(loop);
    };
  }

  /** Returns what an engine needs, for error messages. */
  static String need(Engine engine) {
    String flag = engine.flag();
    return flag.isEmpty() ? engine + " needs nothing" : engine + " needs the flag " + flag;
  }

  /** Returns what an engine needs that no flag brings. */
  private static String lack(Engine engine, String absent) {
    return engine
        + " needs parts of the JDK that version "
        + Runtime.version().feature()
        + " does not have, so use JDK 25, "
        + Engine.PLAIN_THREAD
        + ", or, for turns, "
        + Engine.HANDOFF
        + ": "
        + absent;
  }

  /**
   * Requires that coroutines of an engine have thread-locals of their own, without which the
   * context that a decorator installs in one would be seen by all others of its loop.
   *
   * @throws UnsupportedOperationException if they do not; the message names the missing flag
   */
  static void requireThreadLocals(Engine engine) {
    if (engine == Engine.CONTINUATION && !ContinuationEngine.HAS_THREAD_LOCALS) {
      throw new UnsupportedOperationException(
          "a decorator needs coroutines with thread-locals of their own, for which "
              + ContinuationEngine.lack());
    }
  }

  /** Returns why an engine is not available; an empty string if it is. */
  static String obstacle(Engine engine) {
    if (SEEN_TO_WORK.contains(engine)) {
      return "";
    }
    String found = Scheduling.byDefault(() -> probe(engine));
    if (found.isEmpty()) {
      SEEN_TO_WORK.add(engine);
    }
    return found;
  }

  /** Runs a coroutine that suspends in each way that needs the engine. */
  private static String probe(Engine engine) {
    if (engine == Engine.VIRTUAL_THREAD && !Carriers.ARE_KNOWN) {
      return Carriers.ABSENT == null ? need(engine) : lack(engine, Carriers.ABSENT);
    }
    if (engine == Engine.CONTINUATION && areContinuationsHidden()) {
      return need(engine); // Before sun.misc.Unsafe is used, of which the JDK warns.
    }
    LoopScheduler scheduler = null;
    try {
      scheduler =
          LoopScheduler.start(
              new SchedulerBuilder().loops(1).name("probe").watchdog(Duration.ZERO), engine);
      Coroutine<Boolean> trial = scheduler.spawn(() -> suspendInAllWays(engine));
      return trial.join(PATIENCE) ? "" : need(engine);
    } catch (Throwable failure) {
      return obstacle(engine, failure);
    } finally {
      if (scheduler != null) {
        scheduler.close(Duration.ZERO);
      }
    }
  }

  /** Returns whether the JVM lacks the flag, although it has what the flag would show. */
  private static boolean areContinuationsHidden() {
    String flag = Engine.CONTINUATION.flag();
    String place = flag.substring(flag.indexOf('/') + 1, flag.lastIndexOf('='));
    Module base = Object.class.getModule();
    return base.getPackages().contains(place) && !base.isExported(place, Engines.class.getModule());
  }

  /** A class that is closed makes the link fail by the access, one that is absent otherwise. */
  private static String obstacle(Engine engine, Throwable failure) {
    Throwable cause = failure;
    while (isWrapper(cause) && cause.getCause() != null) {
      cause = cause.getCause();
    }
    boolean isAbsent =
        failure instanceof LinkageError || cause instanceof LinkageError || isWrapper(cause);
    return isAbsent && !(cause instanceof IllegalAccessError)
        ? lack(engine, cause.toString())
        : need(engine) + ", and this JVM answers " + cause;
  }

  /** Whether it stands for its cause: of a coroutine, or of a class that is not initialised. */
  private static boolean isWrapper(Throwable failure) {
    return failure instanceof CompletionException
        || failure instanceof ExceptionInInitializerError
        || failure.getCause() instanceof ExceptionInInitializerError;
  }

  private static boolean suspendInAllWays(Engine engine) throws InterruptedException {
    Thread before = Thread.currentThread();
    Coroutines.yieldNow();
    Coroutines.delay(Duration.ofMillis(1));
    if (engine == Engine.VIRTUAL_THREAD) {
      Thread.sleep(1);
    }
    return Thread.currentThread().equals(before);
  }

  /** Logs once what coroutines share that should be their own. */
  private static void warnOfSharedLocals() {
    String lack = ContinuationEngine.lack();
    if (!lack.isEmpty() && WARNED.compareAndSet(false, true)) {
      LOG.log(
          System.Logger.Level.WARNING,
          "coroutines on Engine.CONTINUATION share "
              + (ContinuationEngine.HAS_THREAD_LOCALS ? "" : "thread-locals and ")
              + "bindings of scoped values with their loop: for their own, "
              + lack);
    }
  }

  /**
   * Chooses the engine of a new scheduler.
   *
   * @param asked null for the best one that is available
   * @param needsTurns whether the options of the scheduler promise turns
   * @throws UnsupportedOperationException if the engine that was asked for is not available
   */
  static Engine choose(@Nullable Engine asked, boolean needsTurns) {
    if (asked != null) {
      String obstacle = obstacle(asked);
      if (!obstacle.isEmpty()) {
        throw new UnsupportedOperationException(obstacle);
      }
      if (asked == Engine.CONTINUATION) {
        warnOfSharedLocals();
      }
      return asked;
    }
    String obstacle = obstacle(Engine.VIRTUAL_THREAD);
    if (obstacle.isEmpty()) {
      return Engine.VIRTUAL_THREAD;
    }
    Engine instead = needsTurns ? Engine.HANDOFF : Engine.PLAIN_THREAD;
    // Loads what the JDK needs for a virtual thread, for which the first spawn may lack the stack.
    IndependentThread.virtual("", () -> {}).start();
    String cost =
        needsTurns
            ? ", where a switch costs several times as much and blocking calls block their loop"
            : ", where they run at the same time, a switch costs more, and SpawnOptions.here() and"
                + " onLoop are refused";
    LOG.log(
        System.Logger.Level.WARNING,
        "coroutines run on Engine."
            + instead
            + cost
            + ". Builder.engine("
            + instead
            + ") accepts that without this warning. "
            + obstacle);
    return instead;
  }
}
