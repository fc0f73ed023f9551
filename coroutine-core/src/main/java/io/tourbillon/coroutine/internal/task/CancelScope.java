package io.tourbillon.coroutine.internal.task;

import io.tourbillon.coroutine.Body;
import io.tourbillon.coroutine.CoroutineLocal;
import io.tourbillon.coroutine.Kernel;
import io.tourbillon.coroutine.internal.loop.EventLoop;
import io.tourbillon.coroutine.internal.observe.LoopCounts.Count;
import io.tourbillon.timer.internal.MemoryReserve;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A part of a coroutine's code with a rule of its own for cancellation: earlier, for the limit of a
 * timeout or the failure of a child, or later, for the grace of a shield. The scopes of a coroutine
 * form a stack. Only the coroutine itself, and its loop while the coroutine is suspended, use it.
 *
 * <p>A cancellation counts as a deadline: the time at which it was requested. So there is one
 * question only: from what time on suspension points throw, and for which {@link Signal}. Since
 * each suspension point asks again, cancellation is level-triggered. After the cancel scopes of
 * Trio (Nathaniel J. Smith, 2018).
 */
public abstract sealed class CancelScope
    permits CancelScope.Limit,
        CancelScope.Shield,
        CancelScope.Local,
        CancelScope.Children,
        MovableLimit {
  /** No suspension point will throw. */
  static final long NEVER = Long.MAX_VALUE;

  /** The scope around this one; null for the whole coroutine. */
  final @Nullable CancelScope outer;

  CancelScope(@Nullable CancelScope outer) {
    this.outer = outer;
  }

  /**
   * Returns the elapsed time from which on suspension points inside a scope throw.
   *
   * @param scope null for the whole coroutine
   * @param cancellation of the whole coroutine, or null
   */
  static long strikeNanos(@Nullable CancelScope scope, @Nullable Cancellation cancellation) {
    if (scope != null) {
      return scope.strikeNanosInside(cancellation);
    }
    return cancellation == null ? NEVER : cancellation.elapsedNanos;
  }

  /** Returns the signal for which they throw; null if there is none. */
  static @Nullable Signal signal(@Nullable CancelScope scope, @Nullable Cancellation cancellation) {
    return scope == null ? cancellation : scope.signalInside(cancellation);
  }

  abstract long strikeNanosInside(@Nullable Cancellation cancellation);

  abstract @Nullable Signal signalInside(@Nullable Cancellation cancellation);

  /** The reason why a coroutine, or a part of it, must end. Compared by identity. */
  sealed interface Signal permits Cancellation, Limit, MovableLimit, Children {
    /** Returns who requested it. */
    String source();

    /** Returns why. */
    String reason();

    /** Returns the exception that led to it; null if there was none. */
    default @Nullable Throwable cause() {
      return null;
    }

    /** Called by the coroutine or its loop when the code that it is for is about to see it. */
    default void raised() {}
  }

  /** A request that a whole coroutine must end. Not a record, since it is compared by identity. */
  static final class Cancellation implements Signal {
    private final Count count;
    private final String source;
    private final Object reason;

    /** The elapsed time of the request. */
    final long elapsedNanos;

    /**
     * @param count the count for the end of the coroutine
     * @param reason its {@code toString} is called when the reason is read
     */
    Cancellation(Count count, String source, Object reason, long elapsedNanos) {
      this.count = count;
      this.source = source;
      this.reason = reason;
      this.elapsedNanos = elapsedNanos;
    }

    Count count() {
      return count;
    }

    @Override
    public String source() {
      return source;
    }

    @Override
    public String reason() {
      return reason.toString();
    }
  }

  /** Sends its signal when a limit has passed. Of two limits that have, the earlier one counts. */
  static final class Limit extends CancelScope implements Signal {
    private final Duration limit;
    private final long deadlineNanos;

    /**
     * @param deadlineNanos the end of the limit in elapsed time
     */
    Limit(@Nullable CancelScope outer, Duration limit, long deadlineNanos) {
      super(outer);
      this.limit = limit;
      this.deadlineNanos = deadlineNanos;
    }

    @Override
    long strikeNanosInside(@Nullable Cancellation cancellation) {
      return Math.min(deadlineNanos, strikeNanos(outer, cancellation));
    }

    @Override
    @Nullable Signal signalInside(@Nullable Cancellation cancellation) {
      return deadlineNanos < strikeNanos(outer, cancellation) ? this : signal(outer, cancellation);
    }

    @Override
    public String source() {
      return "timeout";
    }

    @Override
    public String reason() {
      return "it took longer than " + limit;
    }

    /** The same type as for the limit of a {@code CoroutineScope}. */
    @Override
    public Throwable cause() {
      return new TimeoutException(reason());
    }
  }

  /** Puts off signals from outside until a grace is over, so that code can clean up. */
  static final class Shield extends CancelScope {
    private final long enteredNanos;
    private final long graceNanos;

    /**
     * @param enteredNanos in elapsed time; the grace of a signal that came before begins then
     */
    Shield(@Nullable CancelScope outer, long enteredNanos, long graceNanos) {
      super(outer);
      this.enteredNanos = enteredNanos;
      this.graceNanos = Math.max(0, graceNanos);
    }

    /** Returns whether one of these scopes is a shield. */
    static boolean isAround(@Nullable CancelScope innermost) {
      for (CancelScope scope = innermost; scope != null; scope = scope.outer) {
        if (scope instanceof Shield) {
          return true;
        }
      }
      return false;
    }

    @Override
    long strikeNanosInside(@Nullable Cancellation cancellation) {
      long strikeNanos = strikeNanos(outer, cancellation);
      if (strikeNanos == NEVER) {
        return NEVER;
      }
      long endNanos = Math.max(strikeNanos, enteredNanos) + graceNanos;
      return endNanos < 0 ? NEVER : endNanos;
    }

    @Override
    @Nullable Signal signalInside(@Nullable Cancellation cancellation) {
      return signal(outer, cancellation);
    }
  }

  /** Binds a {@link CoroutineLocal} to a value. Has no rule of its own for cancellation. */
  public static final class Local extends CancelScope implements Kernel.Binding {
    /** The bindings that the current thread, which is no coroutine, has made. */
    static final ThreadLocal<@Nullable CancelScope> OF_THREAD = new ThreadLocal<>();

    private final CoroutineLocal<?> local;
    private final @Nullable Object value;

    Local(@Nullable CancelScope outer, CoroutineLocal<?> local, @Nullable Object value) {
      super(outer);
      this.local = local;
      this.value = value;
    }

    /** Returns the innermost binding of a local; null if it is not bound. */
    static @Nullable Local find(@Nullable CancelScope innermost, CoroutineLocal<?> local) {
      for (CancelScope scope = innermost; scope != null; scope = scope.outer) {
        if (scope instanceof Local binding && binding.local.equals(local)) {
          return binding;
        }
      }
      return null;
    }

    /** Runs a part of the current thread, which is no coroutine, with a value for a local. */
    static <T extends @Nullable Object, X extends Exception> T where(
        CoroutineLocal<?> local, @Nullable Object value, Body<T, X> part) throws X {
      CancelScope before = OF_THREAD.get();
      OF_THREAD.set(new Local(BlockingCall.scopeHere(), local, value));
      try {
        return part.call();
      } finally {
        if (before == null) {
          OF_THREAD.remove();
        } else {
          OF_THREAD.set(before);
        }
      }
    }

    /** Returns the bindings that a child inherits, without the limits and shields between them. */
    static @Nullable CancelScope inherited(@Nullable CancelScope innermost) {
      if (innermost == null) {
        return null;
      }
      CancelScope outer = inherited(innermost.outer);
      if (!(innermost instanceof Local binding)) {
        return outer;
      }
      return outer == binding.outer ? binding : new Local(outer, binding.local, binding.value);
    }

    @Override
    public @Nullable Object value() {
      return value;
    }

    @Override
    long strikeNanosInside(@Nullable Cancellation cancellation) {
      return strikeNanos(outer, cancellation);
    }

    @Override
    @Nullable Signal signalInside(@Nullable Cancellation cancellation) {
      return signal(outer, cancellation);
    }
  }

  /**
   * The part of a coroutine in which it has children. It ends early when one of them has failed, or
   * the limit of the scope has passed; any thread may find that out, once.
   */
  static final class Children extends CancelScope implements Signal {
    final Family family;
    private final Supervisor supervisor;

    /** Written once, before {@link #strikeNanos}. */
    private Object reason = "nothing has happened";

    private @Nullable Throwable cause;

    /** Whether the coroutine has seen the failure at a suspension point. Loop-confined. */
    private boolean raised;

    /**
     * Written once by the thread that ends it, by the rules of the supervisor, and reset when the
     * coroutine leaves; volatile, since it publishes reason and cause.
     */
    private volatile long strikeNanos = NEVER;

    /** Guarded by this. */
    private boolean ended;

    Children(@Nullable CancelScope outer, Family family, Supervisor supervisor) {
      super(outer);
      this.family = family;
      this.supervisor = supervisor;
    }

    /**
     * Makes suspension points inside the scope throw from a time on. Only the first call has an
     * effect.
     */
    synchronized void strike(long elapsedNanos, Object reason, @Nullable Throwable cause) {
      if (strikeNanos == NEVER && !ended) {
        this.reason = reason;
        this.cause = cause;
        strikeNanos = elapsedNanos;
      }
    }

    /** Called by the coroutine when it leaves the scope. A later failure has no effect. */
    synchronized void end() {
      ended = true;
      strikeNanos = NEVER;
    }

    @Override
    public void raised() {
      raised = true;
    }

    boolean wasRaised() {
      return raised;
    }

    /**
     * Cancels the children, because the coroutine has left or ended without closing the scope.
     * Called by the coroutine or its loop. Waits for memory if there is none.
     */
    void abandon(LeftOpen how) {
      family.dissolve();
      while (true) {
        try {
          EventLoop.runTask(
              () -> supervisor.cancel("the coroutine that opened its scope has " + how.words));
          return;
        } catch (OutOfMemoryError full) {
          MemoryReserve.pause();
        }
      }
    }

    @Override
    long strikeNanosInside(@Nullable Cancellation cancellation) {
      return Math.min(strikeNanos, strikeNanos(outer, cancellation));
    }

    @Override
    @Nullable Signal signalInside(@Nullable Cancellation cancellation) {
      return strikeNanos < strikeNanos(outer, cancellation) ? this : signal(outer, cancellation);
    }

    @Override
    public String source() {
      return "its scope";
    }

    @Override
    public String reason() {
      return reason.toString();
    }

    @Override
    public @Nullable Throwable cause() {
      return cause;
    }
  }

  /** How a coroutine can leave a scope without closing it, in words that follow "it has". */
  enum LeftOpen {
    BY_ITS_END("ended without closing it"),
    BY_A_PART("left the timeout, shield or CoroutineLocal.where around it without closing it");

    final String words;

    LeftOpen(String words) {
      this.words = words;
    }
  }
}
