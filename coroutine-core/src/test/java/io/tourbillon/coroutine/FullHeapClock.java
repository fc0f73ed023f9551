package io.tourbillon.coroutine;

import io.tourbillon.timer.Clock;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The system's time, but once it throws an {@link OutOfMemoryError} to a caller that may run out of
 * memory just there.
 */
public final class FullHeapClock implements Clock {
  private static final StackWalker STACK = StackWalker.getInstance();

  /** The class whose call is to fail; null when none is, or one has. */
  private final AtomicReference<@Nullable String> failing = new AtomicReference<>();

  /** The next call that comes from this class, by others or not, fails. */
  public void failIn(Class<?> caller) {
    failing.set(caller.getName());
  }

  public boolean hasFailed() {
    return failing.get() == null;
  }

  @Override
  public long nanoTime() {
    String caller = failing.get();
    if (caller != null
        && STACK.walk(frames -> frames.anyMatch(frame -> frame.getClassName().equals(caller)))
        && failing.compareAndSet(caller, null)) {
      throw new OutOfMemoryError("for a test, in " + caller);
    }
    return Clock.system().nanoTime();
  }

  @Override
  public Alarm newAlarm(Thread thread) {
    return Clock.system().newAlarm(thread);
  }
}
