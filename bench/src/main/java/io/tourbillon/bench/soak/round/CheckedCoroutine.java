package io.tourbillon.bench.soak.round;

import io.tourbillon.coroutine.Action;
import io.tourbillon.coroutine.Coroutine;
import io.tourbillon.coroutine.CoroutineCancelledException;
import io.tourbillon.coroutine.CoroutineScheduler;
import io.tourbillon.coroutine.CoroutineScope;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A coroutine as seen from outside the library: its body notes how it went, and the one who
 * collects it compares that with the state in which it has ended.
 */
public final class CheckedCoroutine implements Action {
  /** How a coroutine may end besides by the end of its body or a cancellation. */
  enum Kind {
    /** In no other way, but for want of memory. */
    LASTING,
    /** Its body may throw. */
    THROWING,
    /** Its loop may die. */
    MORTAL,
    /** Its scope cancels it if another child fails. */
    CHILD
  }

  /** How the body went. */
  private enum Course {
    RETURNED,
    THREW,
    CANCELLED
  }

  private final CheckedCoroutines book;
  private final Kind kind;
  private final Action body;

  /** false -> true by the first run of the body; a second run finds true. */
  private final AtomicBoolean begun = new AtomicBoolean();

  /** null -> how the body went, by its thread; read by the one who collects. */
  private final AtomicReference<@Nullable Course> course = new AtomicReference<>();

  /** Written by whoever cancels, before it does; read by the one who collects. */
  private volatile boolean cancelled;

  private final Coroutine<?> coroutine;

  /** Spawns a coroutine. */
  CheckedCoroutine(CheckedCoroutines book, CoroutineScheduler scheduler, Kind kind, Action body) {
    this.book = book;
    this.kind = kind;
    this.body = body;
    coroutine = scheduler.spawn(this);
  }

  /** Spawns a child. */
  CheckedCoroutine(CheckedCoroutines book, CoroutineScope scope, Action body) {
    this.book = book;
    this.kind = Kind.CHILD;
    this.body = body;
    coroutine = scope.spawn(this);
  }

  /** The body. */
  @Override
  public void run() throws Exception {
    book.entered(begun.compareAndSet(false, true));
    try {
      body.run();
      course.set(Course.RETURNED);
    } catch (CoroutineCancelledException cancellation) {
      course.set(Course.CANCELLED);
      throw cancellation;
    } catch (Throwable failure) {
      course.set(Course.THREW);
      if ((kind == Kind.LASTING || kind == Kind.CHILD) && !(failure instanceof OutOfMemoryError)) {
        book.breaches().add("no coroutine fails", failure);
      }
      throw failure;
    }
  }

  /** Cancels it, and waits for nothing. */
  public void cancel() {
    cancelled = true;
    coroutine.cancel();
  }

  /** Returns true if it has ended. */
  public boolean isEnded() {
    return coroutine.state().isEnd();
  }

  boolean hasBegun() {
    return begun.get();
  }

  Coroutine.State state() {
    return coroutine.state();
  }

  /** Returns true if its scope sees its failure. */
  boolean isChild() {
    return kind == Kind.CHILD;
  }

  /** Returns true if it has failed although its body has neither returned nor thrown. */
  boolean hasDiedWithLoop() {
    return kind == Kind.MORTAL && course.get() == null;
  }

  /** Returns whether the state in which it has ended is the one to be expected. */
  boolean isConsistent() {
    Course how = course.get();
    return switch (coroutine.state()) {
      case DONE -> how == Course.RETURNED;
      case FAILED -> how == Course.THREW || kind == Kind.MORTAL;
      case CANCELLED ->
          (cancelled || book.isClosing() || kind == Kind.CHILD)
              && (how == Course.CANCELLED || !begun.get());
      case CREATED, READY, RUNNING, SUSPENDED -> false;
    };
  }

  @Override
  public String toString() {
    return "state "
        + coroutine.state()
        + ", body "
        + (begun.get() ? "begun, " + course.get() : "not begun")
        + (cancelled ? ", cancelled by us" : "");
  }
}
