package io.tourbillon.timer;

import io.netty.util.Timeout;
import io.netty.util.TimerTask;
import io.tourbillon.timer.netty.NettyTimer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Does each operation for the first time, on a new service, view and adapter. {@link FirstUseTest}
 * runs it in a separate JVM. Uses no lambdas, because the test would also find their linking.
 */
final class FirstUseRun implements Runnable, Callable<String>, TimerTask, LongConsumer {
  static final String BUILT = "== built ==";
  static final String USED = "== used ==";
  private static final Duration HOUR = Duration.ofHours(1);

  private final TimerService timers = TimerService.builder().recordStats().build();
  private final ScheduledExecutorView view = timers.asScheduledExecutor();
  private final LongTimers numbers = timers.longTimers(this);
  private final NettyTimer netty = new NettyTimer(timers);
  private final PolledTimerService polled = TimerService.builder().buildPolled(this);
  private final CompletableFuture<String> never = new CompletableFuture<>();
  private final List<FirstUseRun> tasks = new ArrayList<>();

  private int overflows;
  private @Nullable Throwable unexpected;

  private FirstUseRun() {
    tasks.add(this);
  }

  /** With an argument, also does each operation first on a nearly full stack. */
  public static void main(String[] args) throws Exception {
    FirstUseRun run = new FirstUseRun();
    // Loads what this program itself needs of the JDK.
    Thread.sleep(1);
    System.out.println(BUILT);
    for (Operation operation : Operation.values()) {
      if (args.length > 0) {
        Thread deep = new Thread(null, new Deep(run, operation), "deep", 256 * 1024);
        deep.start();
        deep.join();
        if (run.unexpected != null) {
          throw new AssertionError(operation.name(), run.unexpected);
        }
      }
      run.use(operation);
    }
    System.out.println(USED);
    if (args.length > 0) {
      System.out.println(run.overflows > Operation.values().length ? "ok" : "not deep enough");
    }
    System.out.flush();
    Runtime.getRuntime().halt(0);
  }

  enum Operation {
    SCHEDULE,
    SCHEDULE_TAGGED,
    SCHEDULE_IN_GROUP,
    SCHEDULE_AT,
    FIXED_RATE,
    FIXED_DELAY,
    CHANGE_PERIOD,
    ARM,
    ARM_AT,
    ARM_TAGGED,
    REARM,
    RESCHEDULE,
    CANCEL,
    HANDLE,
    CANCEL_AND_WAIT,
    AFTER,
    TIMEOUT,
    TIMEOUT_OF_COMPLETED,
    COMPLETE_ON_TIMEOUT,
    CANCEL_ON_TIMEOUT,
    DELAYED_EXECUTOR,
    LONG_TIMERS,
    LONG_ARM,
    LONG_ARM_AT,
    LONG_REARM,
    LONG_CANCEL,
    LONG_PENDING,
    PENDING,
    STATS,
    OVERDUE,
    DUMP,
    VIEW,
    EXECUTE,
    SUBMIT,
    SUBMIT_CALLABLE,
    VIEW_SCHEDULE,
    VIEW_SCHEDULE_CALLABLE,
    VIEW_FIXED_RATE,
    VIEW_FIXED_DELAY,
    VIEW_CANCEL,
    INVOKE_ALL,
    INVOKE_ANY,
    VIEW_REMOVE,
    POLL,
    NEXT_EVENT,
    NEW_TIMEOUT,
    CANCEL_TIMEOUT,
    STOP,
    TEXTS,
    LONG_SHUTDOWN_NOW,
    LONG_REFUSED,
    VIEW_SHUTDOWN,
    VIEW_SHUTDOWN_NOW,
    AWAIT_TERMINATION,
    SHUTDOWN_NOW,
    REFUSED,
    CLOSE,
    CLOSE_WITH_GRACE
  }

  @SuppressWarnings({"FutureReturnValueIgnored", "ReturnValueIgnored"}) // Only the call matters.
  private void use(Operation operation) throws Exception {
    switch (operation) {
      case SCHEDULE -> timers.schedule(1, TimeUnit.MILLISECONDS, this);
      case SCHEDULE_TAGGED -> timers.schedule(HOUR, this, TimerOptions.tagged("tag"));
      case SCHEDULE_IN_GROUP -> {
        TimerGroup group = new TimerGroup();
        timers.schedule(HOUR, this, TimerOptions.builder().slack(HOUR).group(group).build());
        group.close();
      }
      case SCHEDULE_AT -> timers.scheduleAt(Instant.EPOCH, this);
      case FIXED_RATE -> timers.scheduleAtFixedRate(Duration.ZERO, Duration.ofMillis(1), this);
      case FIXED_DELAY -> timers.scheduleWithFixedDelay(HOUR, HOUR, this);
      case CHANGE_PERIOD -> timers.scheduleWithFixedDelay(HOUR, HOUR, this).changePeriod(HOUR);
      case ARM -> timers.arm(1, TimeUnit.MILLISECONDS, this);
      case ARM_AT -> timers.armAt(System.nanoTime(), this);
      case ARM_TAGGED -> timers.arm(1, TimeUnit.HOURS, this, TimerOptions.tagged("tag"));
      case REARM -> timers.rearm(timers.arm(1, TimeUnit.HOURS, this), 1, TimeUnit.MILLISECONDS);
      case RESCHEDULE -> timers.schedule(HOUR, this).reschedule(Duration.ofMillis(1));
      case CANCEL -> timers.cancel(timers.arm(1, TimeUnit.HOURS, this));
      case HANDLE -> {
        TimerHandle handle = timers.schedule(HOUR, this);
        handle.state();
        handle.remaining();
        handle.cancel();
      }
      case CANCEL_AND_WAIT -> timers.schedule(HOUR, this).cancelAndWait();
      case AFTER -> timers.after(HOUR).cancel(false);
      case TIMEOUT -> timers.timeout(never, HOUR);
      case TIMEOUT_OF_COMPLETED -> timers.timeout(CompletableFuture.completedFuture("x"), HOUR);
      case COMPLETE_ON_TIMEOUT -> timers.completeOnTimeout(never, "x", HOUR);
      case CANCEL_ON_TIMEOUT -> timers.cancelOnTimeout(never, HOUR).cancel(false);
      case DELAYED_EXECUTOR -> timers.delayedExecutor(HOUR, view).execute(this);
      case LONG_TIMERS -> timers.longTimers(this, TimerOptions.tagged("tag"));
      case LONG_ARM -> numbers.arm(1, TimeUnit.MILLISECONDS, 1);
      case LONG_ARM_AT -> numbers.armAt(System.nanoTime(), 2);
      case LONG_REARM -> numbers.rearm(numbers.arm(1, TimeUnit.HOURS, 3), 1, TimeUnit.MILLISECONDS);
      case LONG_CANCEL -> numbers.cancel(numbers.arm(1, TimeUnit.HOURS, 4));
      case LONG_PENDING -> {
        numbers.arm(1, TimeUnit.HOURS, 5);
        numbers.pending();
      }
      case PENDING -> timers.pending();
      case STATS -> timers.stats();
      case OVERDUE -> timers.overdue();
      case DUMP -> timers.dump();
      case VIEW -> timers.asScheduledExecutor();
      case EXECUTE -> view.execute(this);
      case SUBMIT -> view.submit((Runnable) this);
      case SUBMIT_CALLABLE -> view.submit((Callable<String>) this);
      case VIEW_SCHEDULE -> view.schedule((Runnable) this, 1, TimeUnit.MILLISECONDS);
      case VIEW_SCHEDULE_CALLABLE -> view.schedule((Callable<String>) this, 1, TimeUnit.HOURS);
      case VIEW_FIXED_RATE -> view.scheduleAtFixedRate(this, 0, 1, TimeUnit.MILLISECONDS);
      case VIEW_FIXED_DELAY -> view.scheduleWithFixedDelay(this, 1, 1, TimeUnit.HOURS);
      case VIEW_CANCEL -> view.schedule((Runnable) this, 1, TimeUnit.HOURS).cancel(true);
      case INVOKE_ALL -> view.invokeAll(tasks);
      case INVOKE_ANY -> view.invokeAny(tasks, 1, TimeUnit.HOURS);
      case VIEW_REMOVE -> view.remove(this);
      case POLL -> {
        polled.schedule(Duration.ZERO, this);
        polled.poll(1);
      }
      case NEXT_EVENT -> polled.nanosToNextEvent();
      case NEW_TIMEOUT -> netty.newTimeout(this, 1, TimeUnit.MILLISECONDS);
      case CANCEL_TIMEOUT -> netty.newTimeout(this, 1, TimeUnit.HOURS).cancel();
      case STOP -> netty.stop();
      case TEXTS -> {
        timers.dump().toString();
        timers.toString();
        view.toString();
        numbers.toString();
      }
      case LONG_SHUTDOWN_NOW -> numbers.shutdownNow();
      case LONG_REFUSED -> {
        try {
          numbers.arm(1, TimeUnit.HOURS, 6);
        } catch (RejectedExecutionException _) {
          // Expected.
        }
      }
      case VIEW_SHUTDOWN -> view.shutdown();
      case VIEW_SHUTDOWN_NOW -> view.shutdownNow();
      case AWAIT_TERMINATION -> view.awaitTermination(1, TimeUnit.MILLISECONDS);
      case SHUTDOWN_NOW -> timers.shutdownNow();
      case REFUSED -> {
        try {
          timers.schedule(HOUR, this);
        } catch (RejectedExecutionException _) {
          // Expected.
        }
      }
      case CLOSE -> timers.close();
      case CLOSE_WITH_GRACE -> timers.close(Duration.ofMillis(1));
    }
  }

  /** Recurses until the stack is full, and tries the operation at each depth on the way back. */
  private record Deep(FirstUseRun outer, Operation operation) implements Runnable {
    @Override
    public void run() {
      boolean _ = descend();
    }

    @SuppressWarnings("InfiniteRecursion") // Fills the stack.
    private boolean descend() {
      boolean done = false;
      try {
        done = descend();
      } catch (StackOverflowError deepest) {
        // From here on, the stack has more and more room.
      }
      if (done) {
        return true;
      }
      try {
        outer.use(operation);
        return true;
      } catch (StackOverflowError noRoom) {
        outer.overflows++;
        return false;
      } catch (TimeoutException | RejectedExecutionException | IllegalStateException ended) {
        // An operation that ends the service, the view or the adapter has done so at an earlier
        // try.
        return true;
      } catch (Throwable unexpected) {
        outer.unexpected = unexpected;
        return true;
      }
    }
  }

  @Override
  public void run() {}

  @Override
  public void accept(long payload) {}

  @Override
  public String call() {
    return "called";
  }

  @Override
  public void run(Timeout timeout) {}
}
