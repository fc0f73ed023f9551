package io.tourbillon.timer.internal;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * The rule that one thread uses a service, the first one that does. Stands in the place of a lock:
 * what would take the lock makes sure that the caller is the owner instead, which costs one
 * comparison.
 */
public final class Confinement {
  private static final VarHandle OWNER;

  static {
    try {
      OWNER = MethodHandles.lookup().findVarHandle(Confinement.class, "owner", Thread.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /**
   * null -> the first caller, by compare-and-set. A plain read is enough to recognise the owner:
   * only the owner itself can have written a reference to it. Other threads see null or another
   * thread, and then the compare-and-set decides.
   */
  private @Nullable Thread owner;

  /** Nobody owns it yet. */
  public Confinement() {}

  /**
   * Makes the calling thread the owner if there is none.
   *
   * @throws IllegalStateException if another thread is the owner; names both
   */
  public void require() {
    Thread caller = Thread.currentThread();
    if (!caller.equals(owner)) {
      claim(caller);
    }
  }

  /** Whether the calling thread is the owner. For observers: does not make it one. */
  public boolean isOwner() {
    return Thread.currentThread().equals(owner);
  }

  /** Whether any thread is the owner. A hint. */
  public boolean isOwned() {
    return owner != null;
  }

  private void claim(Thread caller) {
    Thread first = (Thread) OWNER.compareAndExchange(this, (Thread) null, caller);
    if (first != null) {
      throw new IllegalStateException(
          "this timer service is confined to the thread that used it first, "
              + nameOf(first)
              + ", and was called by "
              + nameOf(caller));
    }
  }

  /** Name and number, as many virtual threads have no name. */
  private static String nameOf(Thread thread) {
    return thread.getName() + " (#" + thread.threadId() + ")";
  }
}
