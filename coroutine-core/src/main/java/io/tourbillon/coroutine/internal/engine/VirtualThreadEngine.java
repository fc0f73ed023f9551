package io.tourbillon.coroutine.internal.engine;

import io.tourbillon.timer.internal.MemoryReserve;

/**
 * The engine that runs coroutines in virtual threads whose scheduler is a loop, by a {@link
 * VirtualThreadPool}.
 */
public final class VirtualThreadEngine extends LoopEngine {
  /*
   * The JDK makes the virtual threads that poll all sockets of the process at the first wait. If
   * that wait was in a coroutine, they would run on its loop, and all sockets would wait whenever
   * that loop is busy.
   */
  static {
    Scheduling.initialise("sun.nio.ch.Poller");
  }

  final VirtualThreadPool pool;

  /** Creates the engine of a loop. */
  public VirtualThreadEngine(EngineLoop loop) {
    super(loop);
    pool = new VirtualThreadPool(loop);
  }

  @Override
  public Thread newLoopThread(String name) {
    return new LoopThread(loop, pool, name);
  }

  @Override
  public Strand newStrand(EngineTask coroutine) {
    return new VirtualThreadStrand(pool, coroutine);
  }

  @Override
  public long worthMovingNanos() {
    return 5_000;
  }

  @Override
  public boolean isFasterTogether() {
    return true;
  }

  @Override
  public void runOther(Runnable task) {
    pool.run(task);
  }

  /**
   * Runs the task in a virtual thread on the loop. The loop's thread must not wait for a lock that
   * a coroutine may hold or wait for: that coroutine could not run without the loop. Waits for
   * memory if there is none, as {@link OffLoop#start} does.
   */
  @Override
  public void runTask(Runnable task) {
    while (true) {
      try {
        newGuest("", task).start();
        return;
      } catch (OutOfMemoryError full) {
        MemoryReserve.pause();
      }
    }
  }

  @Override
  public void report(Runnable report) {
    runTask(report);
  }

  @Override
  public Thread newCallbackThread(String name, Runnable body) {
    return newGuest(name, body);
  }

  @Override
  public Thread newGuest(String name, Runnable task) {
    return Carriers.builder(pool).name(name).unstarted(task);
  }
}
