package io.tourbillon.coroutine.internal.task;

import io.tourbillon.coroutine.CoroutineScheduler;
import io.tourbillon.coroutine.SpawnOptions;
import io.tourbillon.coroutine.internal.engine.BlockingThreads;
import io.tourbillon.coroutine.internal.surround.Surroundings;
import io.tourbillon.timer.TimerService;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The scheduler, as its loops and coroutines see it. Thread-safe. */
public interface TaskHost extends CoroutineScheduler {
  /** Returns its name. */
  String name();

  /** Makes a coroutine that is not placed yet. */
  <T extends @Nullable Object> SuspendingCoroutine<T> newCoroutine(
      CoroutineLoop loop, SpawnOptions options, Object body);

  /**
   * Makes a coroutine, places it on a loop and starts it.
   *
   * @param body a Callable, or an Action if T is Void
   * @param cancelledFor the reason if it is cancelled from the beginning; null if it is not
   * @param known gets the coroutine before it starts
   */
  <T extends @Nullable Object> SuspendingCoroutine<T> spawnAny(
      SpawnOptions options,
      Object body,
      @Nullable String cancelledFor,
      Consumer<? super SuspendingCoroutine<T>> known);

  /** Returns what is put around the bodies of coroutines; null for nothing. */
  @Nullable Surroundings surroundings();

  /**
   * Returns the timers that wake coroutines that get no turns. Their tasks run on the thread of the
   * timers, and must be short.
   */
  TimerService alarms();

  /**
   * Runs a task of users in a thread of its own, for which a virtual clock waits. Waits for memory
   * if there is none.
   */
  void runApart(Runnable task);

  /** Returns the threads for blocking calls. */
  BlockingThreads blockingThreads();

  /** Returns the reports to handlers and the log. */
  Reports reports();

  /** Cancels a coroutine because the scheduler is being closed. Called by its loop. */
  void cancelForClose(SuspendingCoroutine<?> coroutine);

  /** Called by a loop when its last coroutine has ended. */
  void loopIsQuiet();
}
