package io.tourbillon.bench.soak.round;

import io.tourbillon.bench.account.Account;
import io.tourbillon.bench.account.Account.End;
import io.tourbillon.timer.ScheduledExecutorView;
import io.tourbillon.timer.TimerService;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A task of an executor view, or a future of a timer service, as seen from outside: it notes how
 * often it ran, and the one who collects it compares that with how its future has ended.
 *
 * <p>The methods that are not {@code run}, {@code call} and {@code accept} are for one owner.
 */
final class CheckedJob
    implements Runnable, Callable<Integer>, BiConsumer<@Nullable Object, @Nullable Throwable> {
  /** What it is. */
  enum Kind {
    /** A task with a delay. */
    DELAYED,
    /** A task with a delay and a result. */
    VALUED,
    /** A task without a delay. */
    SUBMITTED,
    /** A task that runs again and again until it is cancelled. */
    PERIODIC,
    /** A future that completes after a delay. */
    AFTER,
    /** A future that fails after a delay, unless its stage completes before. */
    LIMITED
  }

  private static final Integer VALUE = 7;

  private final Kind kind;
  private final Account account;

  /** Runs of the task, or completions of the future that were seen. */
  private final AtomicInteger runs = new AtomicInteger();

  /** The stage of a future with a limit, which the owner may complete. */
  private final CompletableFuture<Integer> stage = new CompletableFuture<>();

  /** Written by the owner before the task is submitted, read where it runs. */
  private volatile long deadlineNanos;

  /** false -> true by the owner if the submission has thrown; read where the task runs. */
  private volatile boolean refused;

  private @Nullable Future<?> future;
  private boolean cancelled;

  CheckedJob(Kind kind, Account account) {
    this.kind = kind;
    this.account = account;
  }

  /**
   * Submits it. If this throws, it was not accepted, and must not run.
   *
   * @throws RejectedExecutionException if the service is closed
   */
  void submit(TimerService timers, ScheduledExecutorView view, long delayNanos) {
    deadlineNanos = System.nanoTime() + (kind == Kind.SUBMITTED ? 0 : delayNanos);
    boolean accepted = false;
    try {
      future = begin(timers, view, delayNanos);
      accepted = true;
    } finally {
      if (accepted) {
        account.begin();
      } else {
        refused = true;
      }
    }
    if (future instanceof CompletableFuture<?> completable) {
      observe(completable);
    }
  }

  private Future<?> begin(TimerService timers, ScheduledExecutorView view, long delayNanos) {
    return switch (kind) {
      case DELAYED -> view.schedule((Runnable) this, delayNanos, TimeUnit.NANOSECONDS);
      case VALUED -> view.schedule((Callable<Integer>) this, delayNanos, TimeUnit.NANOSECONDS);
      case SUBMITTED -> view.submit((Runnable) this);
      case PERIODIC -> view.scheduleAtFixedRate(this, delayNanos, delayNanos, TimeUnit.NANOSECONDS);
      case AFTER -> timers.after(Duration.ofNanos(delayNanos));
      case LIMITED -> timers.timeout(stage, Duration.ofNanos(delayNanos));
    };
  }

  private void observe(CompletableFuture<?> completable) {
    try {
      CompletableFuture<?> _ = completable.whenComplete(this);
    } catch (OutOfMemoryError full) {
      // Its end is not seen, only its state.
    }
  }

  /** The task. */
  @Override
  public void run() {
    runs.incrementAndGet();
    if (kind != Kind.PERIODIC) {
      account.run(System.nanoTime() - deadlineNanos);
    }
    if (refused) {
      account.endAgain();
    }
  }

  /** The task, with a result. */
  @Override
  public Integer call() {
    run();
    return VALUE;
  }

  /** The future has completed. */
  @Override
  public void accept(@Nullable Object value, @Nullable Throwable failure) {
    boolean byTimer = kind == Kind.AFTER ? failure == null : failure instanceof TimeoutException;
    if (byTimer) {
      run();
    }
  }

  /** Cancels it. */
  void cancel() {
    if (future != null && future.cancel(false)) {
      cancelled = true;
    }
  }

  /** Completes the stage of a future with a limit. */
  void complete() {
    if (kind == Kind.LIMITED) {
      stage.complete(VALUE);
    }
  }

  /** Returns true if it was accepted and has ended. */
  boolean isEnded() {
    return future != null && future.isDone();
  }

  /** Returns how long ago it should have run, or ended its first run; negative if it has. */
  long overdueNanos(long nowNanos) {
    return isEnded() || runs.get() > 0 ? -1 : nowNanos - deadlineNanos;
  }

  /**
   * Enters its end. Called once, for one that was accepted.
   *
   * @param mayBeRefused whether its executor may refuse it, or its service is closed
   */
  void collect(boolean mayBeRefused, Breaches breaches) {
    Future<?> ended = future;
    if (ended == null || !ended.isDone()) {
      // The account finds that it was lost.
      return;
    }
    switch (ended.state()) {
      case SUCCESS -> {
        account.end(End.FIRED);
        require(isSuccess(ended.resultNow()), breaches);
      }
      case CANCELLED -> {
        account.end(End.CANCELLED);
        require(cancelled && (runs.get() <= 1 || kind == Kind.PERIODIC), breaches);
      }
      case FAILED -> {
        Throwable why = ended.exceptionNow();
        boolean inTime = kind == Kind.LIMITED && why instanceof TimeoutException;
        account.end(inTime ? End.FIRED : End.HANDED_BACK);
        boolean isRefusal = why instanceof RejectedExecutionException;
        require(inTime || (isRefusal && mayBeRefused && mayHaveRun()), breaches);
      }
      case RUNNING -> throw new IllegalStateException("a future that is done must have ended");
    }
  }

  /** A refused task has not run, unless it ran before. */
  private boolean mayHaveRun() {
    return kind == Kind.PERIODIC || runs.get() == 0;
  }

  private boolean isSuccess(@Nullable Object result) {
    return switch (kind) {
      case DELAYED, SUBMITTED -> runs.get() == 1;
      case VALUED -> runs.get() == 1 && VALUE.equals(result);
      case PERIODIC -> false;
      // Without memory, the completion may not have been seen.
      case AFTER -> runs.get() <= 1;
      case LIMITED -> VALUE.equals(result) && stage.isDone();
    };
  }

  private void require(boolean isRight, Breaches breaches) {
    if (!isRight) {
      breaches.add("a task ends once and as it ran", this);
    }
  }

  @Override
  public String toString() {
    return kind
        + ", runs "
        + runs
        + ", future "
        + future
        + (cancelled ? ", cancelled by us" : "")
        + (stage.isDone() ? ", its stage completed" : "");
  }
}
