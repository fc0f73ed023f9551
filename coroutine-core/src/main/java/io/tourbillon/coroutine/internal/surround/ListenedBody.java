package io.tourbillon.coroutine.internal.surround;

import io.tourbillon.coroutine.Action;
import io.tourbillon.coroutine.Coroutine;
import io.tourbillon.coroutine.Coroutine.State;
import io.tourbillon.coroutine.CoroutineListener;
import io.tourbillon.timer.Clock;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * The body of a coroutine that calls a listener when it begins and ends, and the times that the
 * listener gets. Confined to the coroutine, except for its end.
 */
public final class ListenedBody implements Callable<@Nullable Object> {
  private final CoroutineListener listener;

  /** The listener, if it wants to hear of turns. */
  private final CoroutineListener.@Nullable OfTurns turns;

  /** A Callable or an Action. */
  private final Object body;

  private final Clock clock;
  private final long spawnedNanos;

  /** The coroutine; set before it is placed. */
  private @Nullable Subject subject;

  /** When its turn or its suspension began. */
  private long sinceNanos;

  /** True during a call of the listener, whose own suspensions are not reported. */
  private boolean isTelling;

  /** Set by the coroutine at its end, or by a loop that has lost it: the first reports the end. */
  private final AtomicBoolean hasEnded = new AtomicBoolean();

  ListenedBody(CoroutineListener listener, Object body, Clock clock) {
    this.listener = listener;
    turns = listener instanceof CoroutineListener.OfTurns wants ? wants : null;
    this.body = body;
    this.clock = clock;
    spawnedNanos = clock.nanoTime();
  }

  /** A coroutine, as its body sees it. */
  public interface Subject {
    /** Returns its handle. */
    Coroutine<?> coroutine();

    /** Returns whether it is cancelled, and an exception of its body shows that. */
    boolean isCancellation(Throwable thrown);
  }

  /** Sets the coroutine whose body this is. Called once, before it is placed. */
  public void belongsTo(Subject coroutine) {
    subject = coroutine;
  }

  @Override
  public @Nullable Object call() throws Exception {
    Subject mine = Objects.requireNonNull(subject, "a body must belong to a coroutine");
    begun(mine);
    Object value;
    try {
      value = run();
    } catch (Throwable thrown) {
      ended(mine, mine.isCancellation(thrown) ? State.CANCELLED : State.FAILED, thrown);
      throw thrown;
    }
    ended(mine, State.DONE, null);
    return value;
  }

  private @Nullable Object run() throws Exception {
    if (body instanceof Action action) {
      action.run();
      return null;
    }
    return ((Callable<?>) body).call();
  }

  private void begun(Subject mine) {
    sinceNanos = clock.nanoTime();
    isTelling = true;
    try {
      listener.begun(mine.coroutine(), sinceNanos - spawnedNanos);
    } catch (Throwable thrown) {
      Surroundings.logFailure(thrown);
    } finally {
      isTelling = false;
    }
  }

  private void ended(Subject mine, State outcome, @Nullable Throwable failure) {
    isTelling = true;
    tellEnded(mine.coroutine(), outcome, failure);
  }

  /** Reports the end, unless it was reported before. Must be called where code of users may run. */
  public void tellEnded(Coroutine<?> coroutine, State outcome, @Nullable Throwable failure) {
    if (hasEnded.getAndSet(true)) {
      return;
    }
    try {
      listener.ended(coroutine, outcome, failure, livedNanos());
    } catch (Throwable thrown) {
      Surroundings.logFailure(thrown);
    }
  }

  /** Returns 0 if the clock fails, of which the loop may have died. */
  private long livedNanos() {
    try {
      return clock.nanoTime() - spawnedNanos;
    } catch (RuntimeException broken) {
      return 0;
    }
  }

  /** Reports that the coroutine is about to suspend. Called by the coroutine. */
  public void turnEnds(Coroutine<?> coroutine) {
    turnChanges(coroutine, true);
  }

  /** Reports that the coroutine goes on. Called by the coroutine. */
  public void turnBegins(Coroutine<?> coroutine) {
    turnChanges(coroutine, false);
  }

  private void turnChanges(Coroutine<?> coroutine, boolean ends) {
    CoroutineListener.OfTurns told = turns;
    if (told == null || isTelling) {
      return;
    }
    isTelling = true;
    try {
      long nanos = clock.nanoTime();
      long passedNanos = nanos - sinceNanos;
      sinceNanos = nanos;
      if (ends) {
        told.suspended(coroutine, passedNanos);
      } else {
        told.resumed(coroutine, passedNanos);
      }
    } catch (Throwable thrown) {
      Surroundings.logFailure(thrown);
    } finally {
      isTelling = false;
    }
  }
}
