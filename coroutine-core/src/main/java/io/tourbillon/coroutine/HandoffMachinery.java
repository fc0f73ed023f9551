package io.tourbillon.coroutine;

import org.jspecify.annotations.Nullable;

/** Stock virtual threads, of which the loop is one and lets one other run at a time. */
final class HandoffMachinery extends Machinery {
  /** The loop of a virtual thread that is a loop, or a coroutine of one. */
  private static final ThreadLocal<EventLoop> LOOP = new ThreadLocal<>();

  /**
   * Whether there has been any such thread: until then threads of others are spared the entry that
   * a look at a thread-local leaves behind. Written before the first of them starts, so they see
   * it.
   */
  private static volatile boolean inUse;

  static @Nullable EventLoop currentLoop() {
    return inUse ? LOOP.get() : null;
  }

  static void setCurrentLoop(EventLoop loop) {
    LOOP.set(loop);
  }

  HandoffMachinery(EventLoop loop) {
    super(loop);
  }

  @Override
  Thread newLoopThread(String name) {
    inUse = true;
    Runnable body =
        () -> {
          setCurrentLoop(loop);
          loop.run();
        };
    return Scheduling.byDefault(
        () -> Thread.ofVirtual().inheritInheritableThreadLocals(false).name(name).unstarted(body));
  }

  @Override
  Strand newStrand(CoroutineTask<?> coroutine) {
    return new HandoffStrand(loop, coroutine);
  }
}
