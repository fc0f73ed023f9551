package io.tourbillon.coroutine;

import io.tourbillon.timer.Clock;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The system's clock, which can throw one {@link OutOfMemoryError} to a caller that might run out
 * of memory at that point.
 */
public final class FullHeapClock implements Clock {
  private static final StackWalker STACK = StackWalker.getInstance();

  /** The class whose call must fail; null if none must, or one has failed. */
  private final AtomicReference<@Nullable String> failing = new AtomicReference<>();

  /** Makes the next call from this class fail, whether it calls directly or through others. */
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
