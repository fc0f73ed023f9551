package io.tourbillon.coroutine.internal.engine;

import jdk.internal.vm.Continuation;
import jdk.internal.vm.ContinuationScope;
import org.jspecify.annotations.Nullable;

/**
 * A coroutine on a raw continuation. To resume calls the continuation on the stack of the loop's
 * thread; to suspend copies its frames from there into the heap.
 */
final class ContinuationStrand extends Continuation implements Strand {
  private static final ContinuationScope SCOPE = new ContinuationScope("tourbillon");

  private @Nullable Pinned pinned;

  /** Null if the coroutine has no thread-locals, or uses those of the loop. */
  private @Nullable ThreadLocalMaps threadLocals;

  ContinuationStrand(EngineTask coroutine) {
    super(SCOPE, coroutine);
  }

  @Override
  public Pause resume() {
    if (ThreadLocalMaps.ARE_KNOWN) {
      threadLocals = ThreadLocalMaps.runWith(threadLocals, this);
    } else {
      run();
    }
    return isDone() ? Pause.ENDED : Pause.SUSPENDED;
  }

  @Override
  public void suspend() {
    MonitorCheck.beforeSuspension();
    if (!Continuation.yield(SCOPE)) {
      Pinned reason = pinned;
      pinned = null;
      throw new IllegalStateException(
          "a coroutine must not suspend " + (reason == null ? "here" : words(reason)));
    }
  }

  /**
   * Called by the JDK when it cannot suspend. Keeps the reason, which the exception of the JDK
   * leaves out.
   */
  @Override
  protected void onPinned(Pinned reason) {
    pinned = reason;
  }

  /** By their names, since another version of the JDK may have others. */
  private static String words(Pinned reason) {
    return switch (reason.name()) {
      case "NATIVE" -> "below a native method or a class initialiser";
      case "MONITOR" -> "inside synchronized";
      case "CRITICAL_SECTION" -> "inside a critical section of the JDK";
      case "EXCEPTION" -> "without memory for its stack";
      default -> "here, as the JDK says: " + reason;
    };
  }

  @Override
  public boolean isAlive() {
    return !isDone();
  }

  @Override
  public @Nullable Thread thread() {
    return null;
  }
}
