package io.tourbillon.coroutine.internal.task;

import io.tourbillon.coroutine.Action;
import io.tourbillon.coroutine.Coroutine;
import io.tourbillon.coroutine.CoroutineCancelledException;
import io.tourbillon.coroutine.CoroutineScheduler;
import io.tourbillon.coroutine.CoroutineScope;
import io.tourbillon.coroutine.Deadline;
import io.tourbillon.coroutine.Kernel;
import io.tourbillon.coroutine.SpawnOptions;
import io.tourbillon.coroutine.Suspension;
import io.tourbillon.coroutine.internal.loop.Message;
import io.tourbillon.coroutine.internal.surround.Surroundings;
import io.tourbillon.timer.Clock;
import io.tourbillon.timer.TimerHandle;
import io.tourbillon.timer.TimerService;
import io.tourbillon.timer.internal.LateCompletionException;
import io.tourbillon.timer.internal.MemoryReserve;
import io.tourbillon.timer.internal.TickScale;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A scope, as its owner sees it: the coroutine or thread that opened it. */
final class OpenScope implements CoroutineScope {
  private final TaskHost scheduler;
  private final Thread ownerThread = Thread.currentThread();
  private final @Nullable SuspendingCoroutine<?> owner;
  private final CancelScope.@Nullable Children ownersScope;
  private final Family family;
  private final Supervisor supervisor;

  /** Whether join has thrown the failure. Used by the owner alone. */
  private boolean failureIsSeen;

  private OpenScope(
      CoroutineScheduler scheduler, Policy policy, @Nullable SuspendingCoroutine<?> owner) {
    this.scheduler = (TaskHost) Objects.requireNonNull(scheduler, "scheduler");
    this.owner = owner;
    family = new Family(owner == null ? ownerThread : owner);
    supervisor =
        new Supervisor(Objects.requireNonNull(policy, "policy"), family, this::strikeOwner);
    ownersScope = owner == null ? null : owner.enter(family, supervisor);
  }

  /** Implements {@link Kernel#openScope}. */
  static OpenScope open(@Nullable CoroutineScheduler scheduler, Policy policy) {
    if (scheduler != null) {
      return new OpenScope(scheduler, policy, CurrentLoop.coroutine());
    }
    SuspendingCoroutine<?> owner = CurrentLoop.requireCoroutine("CoroutineScope.open");
    return new OpenScope(owner.loop().scheduler(), policy, owner);
  }

  @Override
  public OpenScope timeout(Duration limit) {
    requireOwner();
    supervisor.checkOpen();
    family.limit(armed(Objects.requireNonNull(limit, "limit")));
    return this;
  }

  @Override
  public Deadline deadline(Duration limit) {
    Objects.requireNonNull(limit, "limit");
    requireOwner();
    supervisor.checkOpen();
    MovableDeadline deadline =
        new MovableDeadline(supervisor, scheduler.timers(), Suspension.clock(), limit);
    family.limit(new Family.Deadline(deadline::left, deadline::forget));
    return deadline;
  }

  /**
   * Arms the deadline: in the wheel of the owner's loop, among the alarms for an owner without
   * turns, or in the timer service for a plain thread. It stays in that wheel if the owner moves;
   * so it is lost if that loop dies later.
   */
  private Family.Deadline armed(Duration limit) {
    Runnable over = () -> supervisor.timeOut(limit);
    if (owner instanceof PlainCoroutine<?>) {
      TimerHandle timer = scheduler.alarms().schedule(limit, () -> scheduler.runApart(over));
      return new Family.Deadline(timer::remaining, timer::cancel);
    }
    if (owner == null) {
      TimerHandle timer = scheduler.timers().schedule(limit, over);
      return new Family.Deadline(timer::remaining, timer::cancel);
    }
    CoroutineLoop loop = owner.loop();
    long deadlineNanos =
        TickScale.deadlineNanos(loop.elapsedNanos(), Math.max(0, TickScale.nanosOf(limit)));
    long timerId = loop.wheel().arm(deadlineNanos, () -> loop.runTimerTask(over));
    Message disarm = () -> loop.wheel().disarm(timerId); // Made now: nothing may fail later.
    return new Family.Deadline(
        () -> Duration.ofNanos(deadlineNanos - loop.elapsedNanos()),
        () -> loop.tell(disarm)); // The owner may have moved.
  }

  @Override
  public <T extends @Nullable Object> Coroutine<T> spawn(Callable<T> body) {
    return spawnAny(SpawnOptions.DEFAULT, body);
  }

  @Override
  public Coroutine<@Nullable Void> spawn(Action body) {
    return spawnAny(SpawnOptions.DEFAULT, body);
  }

  @Override
  public <T extends @Nullable Object> Coroutine<T> spawn(SpawnOptions options, Callable<T> body) {
    return spawnAny(options, body);
  }

  @Override
  public Coroutine<@Nullable Void> spawn(SpawnOptions options, Action body) {
    return spawnAny(options, body);
  }

  private <T extends @Nullable Object> Coroutine<T> spawnAny(SpawnOptions options, Object body) {
    Surroundings around = scheduler.surroundings();
    // The supervisor spawns under its lock, and a decorator is code of users.
    return around == null
        ? add(options, body)
        : around.<Coroutine<T>>spawn(options, body, surrounded -> add(options, surrounded));
  }

  private <T extends @Nullable Object> Coroutine<T> add(SpawnOptions options, Object body) {
    return supervisor.add(
        (String reason, Consumer<SuspendingCoroutine<T>> known) ->
            scheduler.spawnAny(options, body, reason, known));
  }

  @Override
  public void join() {
    requireOwner();
    try {
      Suspension.<@Nullable Void>await(supervisor, supervisor::awaitEnd);
    } catch (CoroutineCancelledException raised) {
      if (ownersScope == null || !raised.isFrom(ownersScope)) {
        throw raised;
      }
    }
    Throwable thrown = supervisor.failure();
    if (thrown != null) {
      failureIsSeen = true;
      throw new LateCompletionException(thrown);
    }
  }

  @Override
  public void close() {
    requireOwner();
    if (!supervisor.close()) {
      leaveIfInnermost();
      return;
    }
    try {
      awaitChildren();
    } finally {
      leave();
    }
  }

  /**
   * Waits for the children. Waits for memory if there is none, since no child may outlive the
   * block.
   */
  private void awaitChildren() {
    while (true) {
      try {
        Suspension.<@Nullable Void>awaitUndisturbed(supervisor, supervisor::awaitEnd);
        return;
      } catch (OutOfMemoryError full) {
        MemoryReserve.pause();
      }
    }
  }

  private void leave() {
    family.dissolve();
    try {
      if (!failureIsSeen && (ownersScope == null || !ownersScope.wasRaised())) {
        supervisor.giveUpFailure();
      }
    } finally {
      if (owner != null && ownersScope != null) {
        owner.leave(ownersScope);
      }
    }
  }

  /** Leaves the scope after a close in the wrong order, which could not leave it. */
  private void leaveIfInnermost() {
    if (owner != null && ownersScope != null && ownersScope.equals(owner.scope())) {
      owner.leave(ownersScope);
    }
  }

  private void requireOwner() {
    boolean isOwner =
        owner == null
            ? Thread.currentThread().equals(ownerThread)
            : owner.equals(CurrentLoop.coroutine());
    if (!isOwner) {
      throw new IllegalStateException(
          "only the coroutine or thread that opened a scope may join or close it: "
              + (owner == null ? ownerThread.getName() : owner.name())
              + ", not "
              + CurrentLoop.whoAmI());
    }
  }

  // May be called by any thread.

  @Override
  public void cancel(String reason) {
    supervisor.cancel(Objects.requireNonNull(reason, "reason"));
  }

  /** Makes the owner see the failure of the scope wherever it is suspended. */
  private void strikeOwner(Throwable thrown) {
    if (owner != null && ownersScope != null) {
      ownersScope.strike(
          owner.loop().elapsedNanos(), new Supervisor.Because("it has failed", thrown), thrown);
      owner.tell(owner::cancelled);
    }
  }

  /** Implements {@link CoroutineScope#run(Policy, Scoped)}. */
  static <T extends @Nullable Object, X extends Exception> T run(Policy policy, Scoped<T, X> block)
      throws X {
    try (OpenScope scope = open(null, policy)) {
      return scope.runHere(block);
    }
  }

  /** Implements {@link CoroutineScope#run(Policy, Duration, Scoped)}. */
  static <T extends @Nullable Object, X extends Exception> T run(
      Policy policy, Duration limit, Scoped<T, X> block) throws X, TimeoutException {
    try (OpenScope scope = open(null, policy)) {
      scope.timeout(limit);
      try {
        return scope.runHere(block);
      } catch (CompletionException failed) {
        TimeoutException late = scope.supervisor.late();
        if (late == null || !late.equals(failed.getCause())) {
          throw failed;
        }
        // Made here, so that its stack shows where the scope is.
        TimeoutException ofThis = new TimeoutException(late.getMessage());
        ofThis.initCause(late);
        throw ofThis;
      }
    }
  }

  /** Runs the block and joins. A failure of this scope is always thrown as join throws it. */
  private <T extends @Nullable Object, X extends Exception> T runHere(Scoped<T, X> block) throws X {
    try {
      T value = block.in(this);
      join();
      return value;
    } catch (Throwable thrown) {
      if (owner != null && ownersScope != null && owner.isFor(ownersScope, thrown)) {
        join();
      }
      suppressFailureIn(thrown);
      throw thrown;
    }
  }

  /** Suppresses the failure of the scope in an exception of the block, so that it is not lost. */
  private void suppressFailureIn(Throwable thrown) {
    Throwable failure = supervisor.failure();
    if (failure != null && !failureIsSeen) {
      failureIsSeen = true;
      if (!Throwables.contains(thrown, failure)) {
        thrown.addSuppressed(failure);
      }
    }
  }

  /** Implements {@link Kernel#winner}. */
  @Nullable Coroutine<?> winner() {
    return supervisor.winner();
  }

  /** The deadline of a scope that others can move: a timer, which fails the scope. */
  private static final class MovableDeadline implements Deadline, Runnable {
    private static final Duration NEVER = Duration.ofNanos(Long.MAX_VALUE);

    private final Supervisor supervisor;
    private final Clock clock;
    private final long beginNanos;
    private final TimerHandle timer;

    /**
     * The limit from the beginning on, for messages; null if there is none. Written by any thread
     * before it moves the timer.
     */
    private volatile @Nullable Duration whole;

    MovableDeadline(Supervisor supervisor, TimerService timers, Clock clock, Duration limit) {
      this.supervisor = supervisor;
      this.clock = clock;
      beginNanos = clock.nanoTime();
      whole = limit;
      timer = timers.schedule(limit, this);
    }

    @Override
    public void run() {
      Duration limit = whole;
      supervisor.timeOut(limit == null ? Duration.ZERO : limit);
    }

    @Override
    public boolean reschedule(Duration limit) {
      Objects.requireNonNull(limit, "limit");
      long elapsedNanos = clock.nanoTime() - beginNanos;
      return move(
          Duration.ofNanos(TickScale.deadlineNanos(elapsedNanos, TickScale.nanosOf(limit))), limit);
    }

    @Override
    public boolean cancel() {
      return move(null, NEVER); // Not cancelled, so that it can be set again.
    }

    /** One at a time, and not once the deadline has passed, also if the timer is late. */
    private synchronized boolean move(@Nullable Duration newWhole, Duration timerLimit) {
      Duration before = whole;
      if (before != null && clock.nanoTime() - beginNanos >= before.toNanos()) {
        return false;
      }
      whole = newWhole; // Before the timer, whose task reads it.
      boolean moved = false;
      try {
        moved = timer.reschedule(timerLimit);
      } finally {
        if (!moved) {
          whole = before;
        }
      }
      return moved;
    }

    @Override
    public @Nullable Duration remaining() {
      return whole == null || timer.state() == TimerHandle.State.CANCELLED
          ? null
          : timer.remaining();
    }

    /** Called by the opener of the scope when it is closed, or has another limit. */
    void forget() {
      boolean _ = timer.cancel();
    }

    /** For observers. */
    Duration left() {
      return whole == null ? Duration.ZERO : timer.remaining();
    }

    @Override
    public boolean isExpired() {
      return supervisor.late() != null;
    }
  }
}
