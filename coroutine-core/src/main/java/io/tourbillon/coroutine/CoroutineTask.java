package io.tourbillon.coroutine;

import java.io.InterruptedIOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.net.SocketException;
import java.nio.channels.ClosedByInterruptException;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A coroutine, from its spawn to its end. In the ready queue of its loop it stands for its turn; in
 * the wheel for the one time at which it has to be looked at: the end of its delay, or the nearest
 * limit around it, whichever comes first.
 *
 * <p><b>Who may touch what.</b> Either the loop is running, or one coroutine of it has the turn;
 * fields without a mode belong to whoever that is. What other threads write is {@link
 * #cancellation} and {@link #future}; what they read, besides, is {@link #state} and {@link
 * #waitsFor}, for information.
 *
 * <p>A turn, with step names as method names: the loop lets it {@linkplain #takeTurn take its
 * turn}; the strand {@linkplain Strand#resume resumes}; the coroutine {@linkplain #park parks}
 * again, or its body ends, which is what it {@linkplain #run runs}; what comes after is in {@link
 * #turn}.
 *
 * <p><b>Size matters</b>, as people have millions of these asleep: of this object and of the frames
 * in which a delay is suspended. So what a suspension needs and a frame would have to carry is done
 * by the loop, on its own stack.
 */
final class CoroutineTask<T extends @Nullable Object> implements Coroutine<T>, Runnable, Expiry {
  private static final VarHandle STATE;
  private static final VarHandle CANCELLATION;
  private static final VarHandle FUTURE;

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      STATE = lookup.findVarHandle(CoroutineTask.class, "state", State.class);
      CANCELLATION = lookup.findVarHandle(CoroutineTask.class, "cancellation", Cancellation.class);
      FUTURE = lookup.findVarHandle(CoroutineTask.class, "future", CompletableFuture.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private static final long UNSEEN_NANOS = 1_000_000_000;

  /** A blocking call that does not heed an interrupt is interrupted again after this, doubled. */
  private static final long FIRST_PATIENCE_NANOS = 1_000_000;

  private static final long MOST_PATIENCE_NANOS = 1_000_000_000;

  final EventLoop loop;
  private final long number;
  private final @Nullable String name;

  /** A Callable or an Action; let go when it ends. */
  private @Nullable Object body;

  /** Made for the first turn, let go after the last. */
  private @Nullable Strand strand;

  /** Neighbours in the loop's list of its coroutines. */
  @Nullable CoroutineTask<?> next;

  @Nullable CoroutineTask<?> previous;

  /** In release mode from turn to turn, so that a reader is right soon; volatile at the end. */
  private volatile State state = State.CREATED;

  /** A {@link Standstill}, or the resumption that it is suspended on. */
  private @Nullable Object waitsFor;

  /** Its entry in the wheel, or 0. */
  private long timerId;

  private @Nullable Scope scope;

  /** The last one by the loop. */
  private @Nullable Interruption interruption;

  /** Written once by whoever cancels first, by compare-and-set from null. */
  private volatile @Nullable Cancellation cancellation;

  /**
   * Made by the first who wants to know the end, by compare-and-set from null; completed by the
   * loop. Who makes it looks at the state afterwards, the loop writes the state before it looks
   * here: so one of them completes it.
   */
  private volatile @Nullable CompletableFuture<T> future;

  /** What the body has returned, or {@link Thrown}; published by the state. */
  private @Nullable Object outcome;

  /**
   * @param body a Callable of T, or an Action if T is Void
   */
  CoroutineTask(EventLoop loop, long number, @Nullable String name, Object body) {
    this.loop = loop;
    this.number = number;
    this.name = name;
    this.body = body;
  }

  // For everybody.

  @Override
  public String name() {
    return name != null ? name : loop.schedulerName() + "-" + number;
  }

  /** Gives its name to the thread that is being built for it, if it was spawned with one. */
  Thread.Builder.OfVirtual named(Thread.Builder.OfVirtual builder) {
    return name == null ? builder : builder.name(name);
  }

  @Override
  public State state() {
    return state;
  }

  @Override
  public Optional<String> waitsFor() {
    if (state != State.SUSPENDED) {
      return Optional.empty();
    }
    Object what = waitsFor;
    return what == null ? Optional.empty() : Optional.of(what.toString());
  }

  @Override
  public String toString() {
    return name() + " " + state;
  }

  @Override
  public boolean cancel() {
    return cancel("no reason was given");
  }

  @Override
  public boolean cancel(String reason) {
    Objects.requireNonNull(reason, "reason");
    return cancel(reason, CurrentLoop.whoAmI());
  }

  boolean cancel(String reason, String source) {
    if (state.isEnd()) {
      return false;
    }
    Cancellation asked = new Cancellation(source, reason, loop.elapsedNanos());
    if (!CANCELLATION.compareAndSet(this, null, asked)) {
      return false;
    }
    loop.tell(this::cancelled);
    return true;
  }

  @Override
  public T join() {
    CoroutineTask<?> caller = joiner();
    CompletableFuture<T> end = future();
    if (caller != null) {
      return caller.await(end);
    }
    try {
      return end.join();
    } catch (CancellationException cancelled) {
      throw original(cancelled);
    }
  }

  /** Futures wrap what they were cancelled with in another of its kind. */
  private static CancellationException original(CancellationException thrown) {
    return thrown.getCause() instanceof CancellationException original
            && !(original instanceof CoroutineCancelledException)
        ? original
        : thrown;
  }

  @Override
  public T join(Duration limit) throws TimeoutException {
    Objects.requireNonNull(limit, "limit");
    CoroutineTask<?> caller = joiner();
    CompletableFuture<T> end = future();
    return caller == null
        ? get(end, limit)
        : caller.<T, RuntimeException>withTimeout(limit, () -> caller.await(end));
  }

  private @Nullable CoroutineTask<?> joiner() {
    CoroutineTask<?> caller = CurrentLoop.coroutine();
    if (caller == this) {
      throw new IllegalStateException("a coroutine must not join itself: " + name());
    }
    return caller;
  }

  /** As join, but for a limited time; an interrupt is kept for later. */
  private T get(CompletableFuture<T> end, Duration limit) throws TimeoutException {
    long deadlineNanos = System.nanoTime() + EventLoop.nanosOf(limit);
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return end.get(deadlineNanos - System.nanoTime(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
          interrupted = true;
        } catch (ExecutionException e) {
          throw new CompletionException(e.getCause());
        } catch (CancellationException e) {
          throw original(e);
        } catch (TimeoutException e) {
          throw new TimeoutException(name() + " has not ended within " + limit);
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  @Override
  public CompletableFuture<T> toFuture() {
    CompletableFuture<T> view = new Cancelling<>(this);
    CompletableFuture<T> _ =
        future()
            .whenComplete(
                (value, failure) -> {
                  if (failure == null) {
                    view.complete(value);
                  } else {
                    view.completeExceptionally(failure);
                  }
                });
    return view;
  }

  private CompletableFuture<T> future() {
    CompletableFuture<T> made = future;
    if (made == null) {
      CompletableFuture<T> fresh = new CompletableFuture<>();
      made = FUTURE.compareAndSet(this, null, fresh) ? fresh : Objects.requireNonNull(future);
      if (state.isEnd()) {
        complete(made);
      }
    }
    return made;
  }

  @SuppressWarnings({"unchecked", "NullAway"}) // The outcome of a body that returns is T.
  private void complete(CompletableFuture<T> end) {
    switch (state) {
      case DONE -> end.complete((T) outcome);
      case FAILED -> {
        Throwable failure = failure();
        end.completeExceptionally(
            failure instanceof CancellationException someoneElses
                ? new CompletionException(someoneElses)
                : failure);
      }
      default -> {
        Cancellation cause = Objects.requireNonNull(cancellation);
        CancellationException cancelled =
            new CancellationException(
                name() + " was cancelled by " + cause.source() + ": " + cause.reason());
        if (outcome instanceof Thrown(Throwable thrown, State _)) {
          cancelled.initCause(thrown);
        }
        end.completeExceptionally(cancelled);
      }
    }
  }

  /** Why it has failed. */
  private Throwable failure() {
    if (outcome instanceof Thrown(Throwable failure, State _)) {
      return failure;
    }
    throw new IllegalStateException("must have failed: " + this);
  }

  // By the loop.

  /** Its turn has come. */
  void takeTurn() {
    Strand carrier = strand;
    if (carrier == null) {
      if (cancellation != null) {
        end(State.CANCELLED);
        return;
      }
      try {
        carrier = loop.newStrand(this);
      } catch (Throwable failure) {
        outcome = new Thrown(failure, State.FAILED);
        end(State.FAILED);
        return;
      }
      strand = carrier;
    }
    turn(carrier, false);
  }

  /** A turn that the JDK has given, after a blocking call. */
  void runBlocked() {
    disarm();
    turn(Objects.requireNonNull(strand), true);
  }

  private void turn(Strand carrier, boolean wasBlocked) {
    setState(State.RUNNING);
    loop.begin(this);
    boolean tookTurn = true;
    try {
      tookTurn = wasBlocked ? carrier.resumeBlocked() : carrier.resume();
    } catch (Throwable broken) {
      ended(new Thrown(broken, State.FAILED));
    }
    loop.end();
    if (hasEnded()) {
      end(outcome instanceof Thrown(Throwable _, State how) ? how : State.DONE);
    } else if (!tookTurn) {
      setState(State.READY);
    } else if (state == State.RUNNING) {
      blocked();
    } else {
      armAt(loop.takeWakeNanos());
    }
  }

  private void end(State how) {
    body = null;
    strand = null;
    scope = null;
    interruption = null;
    waitsFor = null;
    disarm();
    state = how;
    try {
      CompletableFuture<T> end = future;
      if (end != null) {
        complete(end);
      } else if (how == State.FAILED) {
        timerId = loop.arm(loop.elapsedNanos() + UNSEEN_NANOS, this);
      }
    } finally {
      loop.ended(this);
    }
  }

  /** Ends without an end: its loop is no more. */
  void abandon(Throwable cause) {
    if (state.isEnd()) {
      return;
    }
    outcome = new Thrown(cause, State.FAILED);
    state = State.FAILED;
    CompletableFuture<T> end = future;
    if (end != null) {
      complete(end);
    }
    loop.givePlace();
  }

  /** Tells of a failure that nobody has seen. Once, however often it is called. */
  void reportUnseen() {
    if (state == State.FAILED && timerId != 0) {
      disarm();
      if (future == null) {
        loop.uncaught(this, failure());
      }
    }
  }

  /** Waits for its turn from now on. */
  void makeReady() {
    setState(State.READY);
    loop.makeReady(this);
  }

  @Override
  public void expired() {
    switch (state) {
      case FAILED -> loop.makeReady(this::reportUnseen);
      case SUSPENDED -> {
        timerId = 0;
        struck();
      }
      default -> timerId = 0;
    }
  }

  /** Someone has cancelled it. */
  private void cancelled() {
    if (state == State.SUSPENDED) {
      long nanos = strikeNanos();
      if (nanos > loop.elapsedNanos()) {
        armEarlier(nanos);
      } else {
        disarm();
        struck();
      }
    }
  }

  /** Ends its suspension: a delay is over, or a limit around it, or it was cancelled. */
  private void struck() {
    if (waitsFor instanceof ResumptionTask<?> resumption) {
      if (resumption.cut()) {
        makeReady();
      }
    } else if (waitsFor == Standstill.BLOCKING_CALL) {
      interruptCall();
    } else {
      makeReady();
    }
  }

  /** The callback that it is suspended on has settled; or did so before it was suspended. */
  void settled(ResumptionTask<?> resumption) {
    if (resumption.equals(waitsFor) && state == State.SUSPENDED) {
      disarm();
      makeReady();
    }
  }

  /** Has given up the turn without a word: it is in a blocking call of the JDK. */
  private void blocked() {
    waitsFor = Standstill.BLOCKING_CALL;
    setState(State.SUSPENDED);
    long nanos = strikeNanos();
    if (nanos == Scope.NEVER) {
      return;
    }
    long nowNanos = loop.elapsedNanos();
    if (nanos > nowNanos) {
      armAt(nanos);
    } else if (interruption == null) {
      interruptCall();
    } else {
      // A call that does not heed interrupts, or cleaning up that blocks.
      armAt(nowNanos + interruption.nextPatienceNanos());
    }
  }

  private void interruptCall() {
    Signal signal = signal();
    if (!wasInterruptedFor(signal)) {
      interruption = new Interruption(signal);
    }
    Objects.requireNonNull(strand).interrupt();
  }

  private Signal signal() {
    return Objects.requireNonNull(Scope.signal(scope, cancellation), "no signal");
  }

  /** Null before its first turn and after its end. */
  @Nullable Strand strand() {
    return strand;
  }

  /** The thread that it runs in, for a look from outside; null if that is the loop's. */
  @Nullable Thread thread() {
    Strand carrier = strand;
    return carrier == null ? null : carrier.thread();
  }

  // By the coroutine.

  /** Runs the body; the strand ends after it. */
  @Override
  public void run() {
    try {
      if (body instanceof Action action) {
        action.run();
        ended(null);
      } else {
        ended(((Callable<?>) Objects.requireNonNull(body)).call());
      }
    } catch (Throwable thrown) {
      ended(new Thrown(thrown, isCancellation(thrown) ? State.CANCELLED : State.FAILED));
    }
  }

  private void ended(@Nullable Object outcome) {
    this.outcome = outcome;
    body = null;
  }

  private boolean hasEnded() {
    return body == null;
  }

  private boolean isCancellation(Throwable thrown) {
    Cancellation asked = cancellation;
    return asked != null && isFor(asked, thrown);
  }

  /** Whether this is how a signal has shown itself to the code that it was for. */
  private boolean isFor(Signal signal, Throwable thrown) {
    return switch (thrown) {
      case CoroutineCancelledException raised -> raised.isFrom(signal);
      case InterruptedException _, ClosedByInterruptException _, InterruptedIOException _ ->
          wasInterruptedFor(signal);
      // What sockets of virtual threads throw, with the status left set.
      case SocketException _ -> wasInterruptedFor(signal) && Thread.currentThread().isInterrupted();
      default -> false;
    };
  }

  /** Whether it has the turn and has not said that it gives it up. */
  boolean isRunning() {
    return state == State.RUNNING && !hasEnded();
  }

  private boolean wasInterruptedFor(Signal signal) {
    return interruption != null && interruption.signal.equals(signal);
  }

  void delay(long delayNanos) {
    if (delayNanos <= 0) {
      yieldNow();
      return;
    }
    checkCancelled();
    long wakeNanos = EventLoop.deadlineNanos(loop.elapsedNanos(), delayNanos);
    park(Standstill.DELAY, Math.min(wakeNanos, strikeNanos()));
    checkCancelled();
  }

  void yieldNow() {
    checkCancelled();
    makeReady();
    giveTurn();
    checkCancelled();
  }

  <V extends @Nullable Object> V suspend(
      Object waitsFor, Consumer<? super Resumption<V>> registration) {
    return suspend(new ResumptionTask<>(this, waitsFor), registration);
  }

  <V extends @Nullable Object> V suspend(
      ResumptionTask<V> resumption, Consumer<? super Resumption<V>> registration) {
    checkCancelled();
    boolean registered = false;
    try {
      registration.accept(resumption);
      registered = true;
    } finally {
      if (!registered && resumption.cut()) {
        resumption.letGo();
      }
    }
    if (!resumption.isSettled()) {
      parkOn(resumption);
    }
    if (resumption.isCut()) {
      resumption.cleanUp();
      throw cancelledException();
    }
    return resumption.value();
  }

  private void parkOn(ResumptionTask<?> resumption) {
    try {
      park(resumption, strikeNanos());
    } catch (IllegalStateException | OutOfMemoryError notSuspended) {
      if (resumption.cut()) {
        resumption.cleanUp();
        throw notSuspended;
      }
      // It has settled meanwhile, so there is no need to suspend any more.
    } finally {
      waitsFor = null;
    }
  }

  <V extends @Nullable Object> V await(CompletionStage<V> stage) {
    return suspend(
        stage,
        resumption ->
            stage.whenComplete(
                (value, failure) -> {
                  if (failure == null) {
                    resumption.resume(value);
                  } else {
                    resumption.fail(asJoinFails(failure));
                  }
                }));
  }

  /** As {@link CompletableFuture#join} does. */
  private static Throwable asJoinFails(Throwable failure) {
    return failure instanceof CompletionException || failure instanceof CancellationException
        ? failure
        : new CompletionException(failure);
  }

  <V extends @Nullable Object, X extends Exception> V withTimeout(Duration limit, Body<V, X> part)
      throws X, TimeoutException {
    long limitNanos = EventLoop.nanosOf(limit);
    Scope outer = scope;
    TimeoutScope mine =
        new TimeoutScope(outer, limit, EventLoop.deadlineNanos(loop.elapsedNanos(), limitNanos));
    scope = mine;
    try {
      return part.call();
    } catch (Throwable thrown) {
      if (isFor(mine, thrown)) {
        TimeoutException timeout = new TimeoutException(name() + ": " + mine.reason());
        timeout.initCause(thrown);
        throw timeout;
      }
      throw thrown;
    } finally {
      scope = outer;
      forgetInterruptFor(mine);
    }
  }

  /** Has a part run by a coroutine of its own, whose value is given back if it comes too late. */
  @SuppressWarnings("unchecked") // The part throws X or unchecked.
  <V extends @Nullable Object, X extends Exception> V withTimeout(
      Duration limit, Body<V, X> part, Consumer<? super V> onLost) throws X, TimeoutException {
    checkCancelled();
    CoroutineTask<V> acquiring = loop.spawnBeside(name() + ", acquiring", part::call);
    CompletableFuture<V> end = acquiring.future();
    boolean taken = false;
    try {
      V value = withTimeout(limit, () -> await(end));
      taken = true;
      return value;
    } catch (CompletionException failure) {
      taken = true;
      Throwable cause = Objects.requireNonNull(failure.getCause());
      if (cause instanceof Error error) {
        throw error;
      }
      throw (X) cause;
    } finally {
      if (!taken) {
        CompletableFuture<V> _ =
            end.whenComplete((value, failure) -> acquiring.lost(value, failure, onLost));
      }
    }
  }

  /** What it ends with came too late for whoever wanted it. */
  private void lost(T value, @Nullable Throwable failure, Consumer<? super T> onLost) {
    if (failure != null) {
      if (state == State.FAILED) {
        loop.uncaught(this, failure);
      }
      return;
    }
    try {
      onLost.accept(value);
    } catch (Throwable thrown) {
      loop.uncaught(this, thrown);
    }
  }

  <V extends @Nullable Object, X extends Exception> V shield(Duration grace, Body<V, X> part)
      throws X {
    Scope outer = scope;
    scope = new ShieldScope(outer, loop.elapsedNanos(), EventLoop.nanosOf(grace));
    try {
      return part.call();
    } finally {
      scope = outer;
    }
  }

  /** A late timeout leaves no interrupt behind. */
  private void forgetInterruptFor(Signal signal) {
    if (wasInterruptedFor(signal)) {
      interruption = null;
      Thread.interrupted();
    }
  }

  void checkCancelled() {
    if (scope != null || cancellation != null) {
      long nanos = strikeNanos();
      if (nanos != Scope.NEVER && nanos <= loop.elapsedNanos()) {
        throw cancelledException();
      }
    }
  }

  private CoroutineCancelledException cancelledException() {
    return new CoroutineCancelledException(name(), signal());
  }

  /** Suspends until it is made ready, at the latest when its time has come. */
  private void park(Object waitsFor, long wakeNanos) {
    this.waitsFor = waitsFor;
    loop.wakeAt(wakeNanos);
    setState(State.SUSPENDED);
    giveTurn();
  }

  private void giveTurn() {
    try {
      Objects.requireNonNull(strand).suspend();
    } catch (IllegalStateException pinned) {
      loop.wakeAt(Scope.NEVER);
      loop.forget(this);
      setState(State.RUNNING);
      throw pinned;
    }
  }

  // By either.

  private long strikeNanos() {
    return Scope.strikeNanos(scope, cancellation);
  }

  private void setState(State now) {
    STATE.setRelease(this, now);
  }

  private void armAt(long elapsedNanos) {
    if (elapsedNanos != Scope.NEVER) {
      timerId = loop.arm(elapsedNanos, this);
    }
  }

  private void armEarlier(long elapsedNanos) {
    if (timerId == 0) {
      armAt(elapsedNanos);
    } else {
      loop.rearmEarlier(timerId, elapsedNanos);
    }
  }

  private void disarm() {
    if (timerId != 0) {
      loop.disarm(timerId);
      timerId = 0;
    }
  }

  /** What it can wait for without an object that stands for it. */
  private enum Standstill {
    DELAY("a delay"),
    BLOCKING_CALL("a blocking call");

    private final String words;

    Standstill(String words) {
      this.words = words;
    }

    @Override
    public String toString() {
      return words;
    }
  }

  /** What its body has thrown, and what that means. */
  private record Thrown(Throwable failure, State state) {}

  /** An interrupt of a blocking call, which stands for a signal. */
  private static final class Interruption {
    final Signal signal;
    private long patienceNanos = FIRST_PATIENCE_NANOS;

    Interruption(Signal signal) {
      this.signal = signal;
    }

    /** How long to wait for it to be heeded, before the call is interrupted again. */
    long nextPatienceNanos() {
      long nanos = patienceNanos;
      patienceNanos = Math.min(MOST_PATIENCE_NANOS, 2 * nanos);
      return nanos;
    }
  }

  /** A future whose cancellation is the coroutine's. */
  private static final class Cancelling<T extends @Nullable Object> extends CompletableFuture<T> {
    private final CoroutineTask<T> coroutine;

    Cancelling(CoroutineTask<T> coroutine) {
      this.coroutine = coroutine;
    }

    @Override
    public boolean cancel(boolean mayInterruptIfRunning) {
      boolean cancelled = super.cancel(mayInterruptIfRunning);
      if (cancelled) {
        coroutine.cancel("its future was cancelled");
      }
      return cancelled;
    }

    @Override
    public <U> CompletableFuture<U> newIncompleteFuture() {
      return new CompletableFuture<>();
    }
  }
}
