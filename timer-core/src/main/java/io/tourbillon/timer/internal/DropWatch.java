package io.tourbillon.timer.internal;

import java.lang.ref.Cleaner;
import java.util.concurrent.ThreadFactory;
import org.jspecify.annotations.Nullable;

/**
 * Notices that objects have become unreachable, by one thread for the whole process, which inherits
 * nothing from the thread that makes the first object.
 */
public final class DropWatch {
  /** Made with the first object. Guarded by the monitor of this class. */
  private static @Nullable Cleaner cleaner;

  private DropWatch() {}

  /**
   * Runs an action when an object has become unreachable. If there is no memory or no thread for
   * that, the object is not watched. Throws nothing.
   *
   * @param dropped must not refer to the object; short, and throws nothing
   */
  public static void watch(Object object, Runnable dropped) {
    try {
      Cleaner.Cleanable _ = cleaner().register(object, dropped);
    } catch (RuntimeException | Error noRoom) {
      // The program works without. The next object tries to start the thread again.
    }
  }

  private static synchronized Cleaner cleaner() {
    Cleaner made = cleaner;
    if (made == null) {
      made = Cleaner.create(new Threads());
      cleaner = made;
    }
    return made;
  }

  private static final class Threads implements ThreadFactory {
    @Override
    public Thread newThread(Runnable body) {
      return IndependentThread.daemon("tourbillon-drop-watch", body);
    }
  }
}
