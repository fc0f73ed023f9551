package io.tourbillon.coroutine.internal.engine;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.Objects;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * What {@code Engine.VIRTUAL_THREAD} needs of {@code java.lang} and is not public there: the
 * builder of virtual threads with a scheduler of one's own, the thread that carries the current
 * one, and what an interrupt of a thread would call.
 */
public final class Carriers {
  /** Whether {@code java.lang} is open to us, and has what we need. */
  public static final boolean ARE_KNOWN;

  private static final @Nullable MethodHandle CURRENT;
  private static final @Nullable MethodHandle NEW_BUILDER;
  private static final @Nullable MethodHandle BLOCKER;

  static {
    MethodHandle current = null;
    MethodHandle newBuilder = null;
    MethodHandle blocker = null;
    try {
      MethodHandles.Lookup inThread =
          MethodHandles.privateLookupIn(Thread.class, MethodHandles.lookup());
      current =
          inThread.findStatic(
              Thread.class, "currentCarrierThread", MethodType.methodType(Thread.class));
      Class<?> builder = Class.forName("java.lang.ThreadBuilders$VirtualThreadBuilder");
      newBuilder =
          MethodHandles.privateLookupIn(builder, MethodHandles.lookup())
              .findConstructor(builder, MethodType.methodType(void.class, Executor.class))
              .asType(MethodType.methodType(Thread.Builder.OfVirtual.class, Executor.class));
      blocker =
          inThread
              .findVirtual(
                  Thread.class,
                  "nioBlocker",
                  MethodType.methodType(Class.forName("sun.nio.ch.Interruptible")))
              .asType(MethodType.methodType(Object.class, Thread.class));
    } catch (ReflectiveOperationException closed) {
      // The flag is not there, or the JDK is another one: Engine says so to who asks.
    }
    CURRENT = current;
    NEW_BUILDER = newBuilder;
    BLOCKER = blocker;
    ARE_KNOWN = current != null && newBuilder != null && blocker != null;
  }

  private Carriers() {}

  /** The platform thread that carries the current virtual thread. */
  static Thread current() {
    try {
      return (Thread) Objects.requireNonNull(CURRENT).invokeExact();
    } catch (Throwable impossible) {
      throw new AssertionError(impossible);
    }
  }

  /** Builds virtual threads that run where the scheduler runs what it is given. */
  static Thread.Builder.OfVirtual builder(Executor scheduler) {
    try {
      return (Thread.Builder.OfVirtual) Objects.requireNonNull(NEW_BUILDER).invokeExact(scheduler);
    } catch (Throwable impossible) {
      throw new AssertionError(impossible);
    }
  }

  /**
   * Whether a virtual thread is in a blocking operation of a channel or a selector, so that an
   * interrupt would close or wake that. By the loop that is its scheduler, while it does not run.
   */
  static boolean isInAChannel(Thread thread) {
    try {
      return (Object) Objects.requireNonNull(BLOCKER).invokeExact(thread) != null;
    } catch (Throwable impossible) {
      throw new AssertionError(impossible);
    }
  }
}
