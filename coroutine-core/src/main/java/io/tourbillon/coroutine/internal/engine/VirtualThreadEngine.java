package io.tourbillon.coroutine.internal.engine;

import io.tourbillon.timer.internal.MemoryReserve;

/** Virtual threads whose scheduler is the loop, in the shape of a {@link VirtualThreadPool}. */
public final class VirtualThreadEngine extends LoopEngine {
  /*
   * The threads that wait for all sockets of the process are virtual ones, made at the first wait.
   * If that was in one of ours they would be on its loop, and all sockets would wait whenever that
   * is busy.
   */
  static {
    Scheduling.initialise("sun.nio.ch.Poller");
  }

  private final VirtualThreadPool pool;

  public VirtualThreadEngine(EngineLoop loop) {
    super(loop);
    pool = new VirtualThreadPool(loop);
  }

  @Override
  public Thread newLoopThread(String name) {
    return new LoopThread(loop, name);
  }

  @Override
  public Strand newStrand(EngineTask coroutine) {
    return new VirtualThreadStrand(pool, coroutine);
  }

  @Override
  public void runOther(Runnable task) {
    pool.run(task);
  }

  /**
   * The loop's own thread must not wait for locks that coroutines may be queued for: it would wait
   * behind one that needs the loop to go on. So it runs no code that takes any. Waits for the
   * memory that a thread takes, as in {@link OffLoop#start}.
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
  public Thread newGuest(String name, Runnable task) {
    return Carriers.builder(pool).name(name).unstarted(task);
  }
}
