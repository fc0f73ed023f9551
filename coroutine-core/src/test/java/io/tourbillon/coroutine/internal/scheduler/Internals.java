package io.tourbillon.coroutine.internal.scheduler;

import io.tourbillon.coroutine.Coroutine;
import io.tourbillon.coroutine.CoroutineScheduler;
import io.tourbillon.coroutine.internal.engine.BlockingThreads;
import io.tourbillon.coroutine.internal.engine.Strand;
import io.tourbillon.coroutine.internal.task.CoroutineLoop;
import io.tourbillon.coroutine.internal.task.CurrentLoop;
import io.tourbillon.coroutine.internal.task.SuspendingCoroutine;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Access to the implementation for tests of the public package. */
public final class Internals {
  /** The maximum number of calls on platform threads that a scheduler makes at once. */
  public static final int MOST_BLOCKING_CALLS = BlockingThreads.DEFAULT_MOST;

  private Internals() {}

  /** A loop, by its number. */
  public static CoroutineLoop loop(CoroutineScheduler scheduler, int number) {
    return ((LoopScheduler) scheduler).loop(number);
  }

  /** The thread of a loop, by its number. */
  public static Thread loopThread(CoroutineScheduler scheduler, int number) {
    return Objects.requireNonNull(((LoopScheduler) scheduler).loop(number).thread());
  }

  /** The number of coroutines and threads on a loop. */
  public static int load(CoroutineScheduler scheduler, int number) {
    CoroutineLoop loop = ((LoopScheduler) scheduler).loop(number);
    return loop.live() + loop.guests();
  }

  /** The number of coroutines that have not ended. */
  public static int live(CoroutineScheduler scheduler) {
    return ((LoopScheduler) scheduler).live();
  }

  /** Wakes a loop. */
  public static void wake(CoroutineScheduler scheduler, int number) {
    ((LoopScheduler) scheduler).loop(number).tell(() -> {});
  }

  /** Whether the caller runs on a loop's own thread. */
  public static boolean isLoopsOwnThread() {
    return CurrentLoop.isOwnThread();
  }

  /** The name of the loop on which the caller runs, if it belongs to this scheduler. */
  public static Optional<String> loopOfCaller(CoroutineScheduler scheduler) {
    CoroutineLoop loop = CurrentLoop.get();
    return loop == null || !loop.scheduler().equals(scheduler)
        ? Optional.empty()
        : Optional.of(loop.name());
  }

  /** The thread that carries a coroutine. */
  public static @Nullable Thread thread(Coroutine<?> coroutine) {
    Strand strand = ((SuspendingCoroutine<?>) coroutine).strand();
    return strand == null ? null : strand.thread();
  }

  /** The owner of the scope that the coroutine is a child of. */
  public static @Nullable Object parent(Coroutine<?> coroutine) {
    return ((SuspendingCoroutine<?>) coroutine).parent();
  }

  /** The priority that its loop uses. */
  public static int priority(Coroutine<?> coroutine) {
    return ((SuspendingCoroutine<?>) coroutine).priority();
  }

  /** Sets how long a close waits before it logs what it waits for. */
  public static void closeReportAfter(CoroutineScheduler.Builder builder, Duration time) {
    ((SchedulerBuilder) builder).closeReportAfter = time;
  }
}
