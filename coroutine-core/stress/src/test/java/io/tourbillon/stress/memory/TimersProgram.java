package io.tourbillon.stress.memory;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

import io.tourbillon.stress.memory.Ledger.Item;
import io.tourbillon.timer.LongTimers;
import io.tourbillon.timer.MissedTick;
import io.tourbillon.timer.OnException;
import io.tourbillon.timer.PolledTimerService;
import io.tourbillon.timer.TimerGroup;
import io.tourbillon.timer.TimerHandle;
import io.tourbillon.timer.TimerListener;
import io.tourbillon.timer.TimerOptions;
import io.tourbillon.timer.TimerService;
import io.tourbillon.timer.VirtualClock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * All operations on timers, of all kinds of timers, on one kind of service. After each operation
 * that fails, as many timers must be pending as before.
 */
public final class TimersProgram implements SweptProgram {
  private static final int MANY = 300;
  private static final List<MissedTick> MISSED = List.of(MissedTick.values());
  private static final long FAR_MILLIS = 3_600_000;

  private enum Kind {
    /** Polled by its owner, without locks. */
    CONFINED,
    /** Confined, with a listener, statistics, creation sites, a decorator. */
    HEARD,
    /** Polled, with locks. */
    SHARED,
    /** Shared, with an executor, whose tasks run after each poll. */
    EXECUTOR,
    /** With a thread of its own. */
    DRIVER
  }

  private final Kind kind;
  private final VirtualClock clock = new VirtualClock();
  private final Ledger ledger = new Ledger(clock);
  private final Queue<Runnable> handedOver = new ArrayDeque<>();
  private final List<Runnable> handedBack = new ArrayList<>();
  private final List<Item> payloads = new ArrayList<>();
  private final TimerGroup group = new TimerGroup("group");
  private @Nullable TimerService service;
  private boolean inPoll;

  /** What was looked at last, so that no look is left out. */
  @SuppressWarnings("unused")
  private String lookedAt = "";

  private boolean isShutdown;

  public TimersProgram(String kind) {
    this.kind = Kind.valueOf(kind);
  }

  @Override
  public void prepare() {
    TimerService.Builder builder =
        TimerService.builder().clock(clock).exceptionHandler((_, _) -> {});
    service =
        switch (kind) {
          case CONFINED -> builder.buildPolled();
          case HEARD ->
              builder
                  .recordStats()
                  .recordCreationSites()
                  .decorator(TimersProgram::decorated)
                  .listener(new TimerListener() {})
                  .buildPolled();
          case SHARED -> builder.buildPolled(() -> {});
          case EXECUTOR -> builder.executor(handedOver::add).buildPolled(() -> {});
          case DRIVER -> builder.watchdog(Duration.ZERO).build();
        };
    clock.advance(Duration.ofMillis(1));
  }

  private static Runnable decorated(Runnable task) {
    return new Runnable() {
      @Override
      public void run() {
        task.run();
      }
    };
  }

  /** Makes options, which is no operation of a service. */
  private static TimerOptions options(UnaryOperator<TimerOptions.Builder> choice) {
    Object paused = Allocations.pause();
    TimerOptions made = choice.apply(TimerOptions.builder()).build();
    Allocations.resume(paused);
    return made;
  }

  private TimerService timers() {
    if (service == null) {
      throw new IllegalStateException("prepare comes first");
    }
    return service;
  }

  @FunctionalInterface
  private interface Operation {
    void run() throws Exception;
  }

  /** Performs an operation. False if it ran out of memory, and then it has changed nothing. */
  private boolean attempt(String what, Operation operation) throws Exception {
    boolean done = true;
    try {
      operation.run();
    } catch (OutOfMemoryError full) {
      done = false;
    }
    Object paused = Allocations.pause();
    if (kind != Kind.DRIVER && !inPoll) {
      require(what, ledger.pending(), timers().pending());
    }
    Allocations.resume(paused);
    return done;
  }

  private void require(String what, long expected, long actual) {
    if (expected != actual) {
      throw new AssertionError(
          "pending after "
              + what
              + ": "
              + actual
              + ", and not "
              + expected
              + ": "
              + ledger.items().stream().filter(Item::isPending).toList());
    }
  }

  private @Nullable TimerHandle schedule(Item item, Supplier<TimerHandle> operation)
      throws Exception {
    List<TimerHandle> handle = new ArrayList<>();
    boolean _ =
        attempt(
            item.toString(),
            () -> {
              handle.add(operation.get());
              item.accepted = true;
            });
    return handle.isEmpty() ? null : handle.getFirst();
  }

  private void cancel(Item item, @Nullable TimerHandle handle) throws Exception {
    if (handle != null) {
      boolean _ = attempt("cancel", () -> item.cancelled |= handle.cancel());
    }
  }

  private static void accept(Item item, CompletableFuture<?> future) {
    item.future = future;
    item.accepted = true;
  }

  /** Time goes on, and what is due fires, unless there is no memory for it. */
  private void advance(long millis) throws Exception {
    boolean _ = attempt("advance", () -> clock.advance(Duration.ofMillis(millis)));
    poll();
  }

  private void poll() {
    if (timers() instanceof PolledTimerService polled) {
      inPoll = true;
      while (polled.poll(1000) == 1000) {
        Thread.onSpinWait();
      }
      for (Runnable task = handedOver.poll(); task != null; task = handedOver.poll()) {
        task.run();
      }
      inPoll = false;
    }
  }

  @Override
  public void operate() throws Exception {
    handles();
    advance(1);
    ids();
    numbers();
    advance(2);
    periodic();
    futures();
    advance(3);
    views();
    advance(4);
    groups();
    many();
    advance(5);
    boolean _ = attempt("stats", () -> look(timers().stats()));
    boolean _ = attempt("dump", () -> look(timers().dump()));
    boolean _ = attempt("overdue", () -> look(timers().overdue()));
    boolean _ = attempt("toString", () -> look(timers()));
    advance(40);
    advance(400);
    boolean _ = attempt("shutdown", this::shutdown);
  }

  private void look(Object seen) {
    lookedAt = seen.toString();
  }

  private void shutdown() {
    List<Runnable> left = timers().shutdownNow();
    isShutdown = true;
    handBack(left);
  }

  private void handBack(List<Runnable> left) {
    handedBack.addAll(left);
    for (Runnable task : left) {
      Item item =
          task instanceof LongTimers.Task number
              ? payloads.get((int) number.payload())
              : (Item) task;
      item.handedBack++;
    }
  }

  private void handles() throws Exception {
    Duration soon = Duration.ofMillis(5);
    Duration far = Duration.ofMillis(FAR_MILLIS);
    Item plain = ledger.newItem("plain", 5);
    TimerHandle first = schedule(plain, () -> timers().schedule(soon, plain));
    Item left = ledger.newItem("left", FAR_MILLIS);
    TimerHandle _ = schedule(left, () -> timers().schedule(far, left));
    Item tagged = ledger.newItem("tagged", 5);
    TimerOptions tag = options(tagging -> tagging.tag("tag").slack(soon));
    TimerHandle second = schedule(tagged, () -> timers().schedule(soon, tagged, tag));
    Item moved = ledger.newItem("moved", 5);
    TimerHandle third = schedule(moved, () -> timers().schedule(far, moved));
    if (third != null) {
      boolean _ = attempt("reschedule", () -> third.reschedule(soon));
      boolean _ = attempt("remaining", () -> look(third.remaining()));
    }
    Item cancelled = ledger.newItem("cancelled", FAR_MILLIS);
    cancel(cancelled, schedule(cancelled, () -> timers().schedule(far, cancelled)));
    Item wall = ledger.newItem("wall", 7);
    TimerHandle _ =
        schedule(wall, () -> timers().scheduleAt(clock.wallClock().instant().plusMillis(7), wall));
    Item busy = ledger.newItem("busy", 5);
    Item child = ledger.newItem("child", 6);
    busy.inTask =
        () -> {
          try {
            child.dueNanos = clock.nanoTime() + 1_000_000;
            TimerHandle _ = schedule(child, () -> timers().schedule(Duration.ofMillis(1), child));
            cancel(plain, first);
            cancel(tagged, second);
          } catch (Exception e) {
            throw new AssertionError(e);
          }
        };
    TimerHandle _ = schedule(busy, () -> timers().schedule(soon, busy));
  }

  private void ids() throws Exception {
    Item plain = ledger.newItem("id", 5);
    boolean _ = arm(plain, () -> timers().arm(5, MILLISECONDS, plain));
    Item left = ledger.newItem("idLeft", FAR_MILLIS);
    boolean _ = arm(left, () -> timers().arm(FAR_MILLIS, MILLISECONDS, left));
    Item tagged = ledger.newItem("idTagged", 5);
    TimerOptions tag = options(tagging -> tagging.tag("tag"));
    boolean _ = arm(tagged, () -> timers().arm(5, MILLISECONDS, tagged, tag));
    Item moved = ledger.newItem("idMoved", 5);
    long[] id = new long[1];
    if (arm(moved, () -> id[0] = timers().arm(FAR_MILLIS, MILLISECONDS, moved))) {
      boolean _ = attempt("rearm", () -> timers().rearm(id[0], 5, MILLISECONDS));
    }
    Item cancelled = ledger.newItem("idCancelled", 5);
    if (arm(cancelled, () -> id[0] = timers().arm(5, MILLISECONDS, cancelled))) {
      boolean _ = attempt("cancel", () -> cancelled.cancelled = timers().cancel(id[0]));
    }
  }

  private boolean arm(Item item, Operation operation) throws Exception {
    return attempt(
        item.toString(),
        () -> {
          operation.run();
          item.accepted = true;
        });
  }

  private void numbers() throws Exception {
    List<LongTimers> made = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      boolean _ =
          attempt(
              "longTimers",
              () -> made.add(timers().longTimers(payload -> payloads.get((int) payload).run())));
    }
    long[] id = new long[1];
    for (LongTimers numbers : made) {
      for (long delay : new long[] {5, FAR_MILLIS, 9}) {
        Item item = number(delay);
        boolean armed =
            arm(item, () -> id[0] = numbers.arm(delay, MILLISECONDS, payloads.size() - 1));
        if (armed && delay == 9) {
          boolean _ = attempt("rearm", () -> numbers.rearm(id[0], 12, MILLISECONDS));
        }
      }
      Item cancelled = number(5);
      if (arm(cancelled, () -> id[0] = numbers.arm(5, MILLISECONDS, payloads.size() - 1))) {
        boolean _ = attempt("cancel", () -> cancelled.cancelled = numbers.cancel(id[0]));
      }
    }
    if (made.size() == 2) {
      boolean _ =
          attempt(
              "shutdownNow of numbers",
              () -> {
                for (long payload : made.getLast().shutdownNow()) {
                  payloads.get((int) payload).handedBack++;
                }
              });
    }
  }

  private Item number(long delay) {
    Item item = ledger.newItem("number " + payloads.size(), delay);
    payloads.add(item);
    return item;
  }

  private void periodic() throws Exception {
    Duration period = Duration.ofMillis(2);
    for (MissedTick missed : MISSED) {
      Item rate = ledger.newItem("rate " + missed, 2);
      rate.periodic = true;
      TimerOptions options = options(late -> late.missedTick(missed));
      TimerHandle _ =
          schedule(rate, () -> timers().scheduleAtFixedRate(period, period, rate, options));
    }
    Item delay = ledger.newItem("delay", 2);
    delay.periodic = true;
    TimerHandle handle =
        schedule(delay, () -> timers().scheduleWithFixedDelay(period, period, delay));
    delay.inTask =
        () -> {
          if (delay.runs == 3) {
            try {
              cancel(delay, handle);
            } catch (Exception e) {
              throw new AssertionError(e);
            }
          }
        };
    if (handle != null) {
      boolean _ = attempt("changePeriod", () -> handle.changePeriod(Duration.ofMillis(1)));
    }
    Item failing = ledger.newItem("failing", 2);
    failing.periodic = true;
    failing.inTask =
        () -> {
          throw new IllegalStateException("from a task");
        };
    failing.ended = () -> failing.runs > 0;
    TimerOptions stop = options(failed -> failed.onException(OnException.STOP));
    TimerHandle _ =
        schedule(failing, () -> timers().scheduleAtFixedRate(period, period, failing, stop));
  }

  private void futures() throws Exception {
    Duration soon = Duration.ofMillis(4);
    Duration far = Duration.ofMillis(FAR_MILLIS);
    for (Duration delay : List.of(soon, far, far)) {
      Item after = ledger.newItem("after", delay.toMillis());
      boolean _ = attempt("after", () -> accept(after, timers().after(delay)));
      if (after.future != null && delay.equals(far)) {
        boolean _ = attempt("cancel of a future", () -> after.future.cancel(false));
      }
    }
    for (Duration limit : List.of(soon, far)) {
      Item timeout = ledger.newItem("timeout", limit.toMillis());
      CompletableFuture<String> open = new CompletableFuture<>();
      boolean _ = attempt("timeout", () -> accept(timeout, timers().timeout(open, limit)));
      Item instead = ledger.newItem("completeOnTimeout", limit.toMillis());
      boolean _ =
          attempt(
              "completeOnTimeout",
              () -> accept(instead, timers().completeOnTimeout(open, "instead", limit)));
      Item both = ledger.newItem("cancelOnTimeout", limit.toMillis());
      CompletableFuture<String> source = new CompletableFuture<>();
      boolean _ =
          attempt("cancelOnTimeout", () -> accept(both, timers().cancelOnTimeout(source, limit)));
    }
    Item delayed = ledger.newItem("delayedExecutor", 4);
    boolean _ = arm(delayed, () -> timers().delayedExecutor(soon).execute(delayed));
  }

  private void views() throws Exception {
    for (boolean now : new boolean[] {false, true}) {
      List<ScheduledExecutorService> made = new ArrayList<>();
      if (attempt("view", () -> made.add(timers().asScheduledExecutor()))) {
        ScheduledExecutorService view = made.getFirst();
        view(view);
        if (now) {
          boolean _ = attempt("shutdownNow of a view", () -> shutdown(view));
          Object paused = Allocations.pause();
          shutdown(view);
          Allocations.resume(paused);
        }
      }
    }
  }

  @SuppressWarnings("ReferenceEquality") // A future is what was handed out, and nothing equal.
  private void shutdown(ScheduledExecutorService view) {
    for (Runnable left : view.shutdownNow()) {
      for (Item item : ledger.items()) {
        if (item.future == left) {
          item.handedBack++;
        }
      }
    }
  }

  private void view(ScheduledExecutorService view) throws Exception {
    for (long delay : new long[] {3, 0, FAR_MILLIS}) {
      Item item = ledger.newItem("task of a view", delay);
      boolean _ = arm(item, () -> item.future = view.schedule(item, delay, MILLISECONDS));
    }
    Item periodic = ledger.newItem("periodic task of a view", 2);
    periodic.periodic = true;
    boolean _ =
        arm(
            periodic,
            () -> periodic.future = view.scheduleAtFixedRate(periodic, 2, 2, MILLISECONDS));
    Item cancelled = ledger.newItem("cancelled task of a view", 3);
    if (arm(cancelled, () -> cancelled.future = view.schedule(cancelled, 3, MILLISECONDS))) {
      boolean _ = attempt("cancel of a task", () -> cancelled.future.cancel(false));
    }
  }

  private void groups() throws Exception {
    TimerOptions options = options(joining -> joining.group(group));
    Duration soon = Duration.ofMillis(4);
    Duration far = Duration.ofMillis(FAR_MILLIS);
    List<TimerHandle> handles = new ArrayList<>();
    for (Duration delay : List.of(soon, far, far)) {
      Item item = ledger.newItem("in group", delay.toMillis());
      TimerHandle handle = schedule(item, () -> timers().schedule(delay, item, options));
      if (handle != null) {
        handles.add(handle);
      }
      item.ended = () -> handle != null && handle.state() == TimerHandle.State.CANCELLED;
    }
    Item beat = ledger.newItem("periodic in group", 2);
    beat.periodic = true;
    TimerHandle handle =
        schedule(beat, () -> timers().scheduleAtFixedRate(soon, soon, beat, options));
    beat.ended = () -> handle != null && handle.state() == TimerHandle.State.CANCELLED;
    Object paused = Allocations.pause();
    int joined = group.pending();
    require("join", handles.size() + (handle == null ? 0 : 1), joined);
    Allocations.resume(paused);
    boolean _ = attempt("close of a group", group::close);
    boolean _ =
        attempt(
            "schedule in a closed group",
            () -> {
              try {
                TimerHandle _ = timers().schedule(soon, () -> {}, options);
                throw new AssertionError("a closed group has accepted a timer");
              } catch (RejectedExecutionException expected) {
                Thread.onSpinWait();
              }
            });
  }

  private void many() throws Exception {
    for (int number = 0; number < MANY; number++) {
      long delay = 1 + (number * 37L) % 400;
      Item item = ledger.newItem("one of many", delay);
      boolean _ = arm(item, () -> timers().arm(delay, MILLISECONDS, item));
    }
  }

  @Override
  public void check() throws Exception {
    group.close();
    require("the end of a group", 0, group.pending());
    if (!isShutdown && !timers().isShutdown()) {
      advance(1000);
      poll();
      for (Item item : ledger.items()) {
        boolean isDue = item.dueNanos < clock.nanoTime() && !item.periodic;
        if (isDue && !item.isOver()) {
          throw new AssertionError("is due and has not fired: " + item);
        }
      }
    }
    shutdown();
    timers().close();
    require("shutdown", 0, timers().pending());
    List<String> faults = ledger.faults();
    if (!faults.isEmpty()) {
      throw new AssertionError(faults.toString());
    }
  }
}
