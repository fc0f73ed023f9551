package io.tourbillon.coroutine.internal.engine;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.Objects;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * The non-public parts of {@code java.lang} that {@code Engine.VIRTUAL_THREAD} needs: the builder
 * of virtual threads with a custom scheduler, the scheduler and the carrier of a virtual thread,
 * and the object that an interrupt of a thread would call.
 */
public final class Carriers {
  /** Whether {@code java.lang} is open to this module and has these parts. */
  public static final boolean ARE_KNOWN;

  /**
   * The part that an open {@code java.lang} does not have, since the JDK is another version; null
   * if it has all of them, or is closed.
   */
  public static final @Nullable String ABSENT;

  /** The class of virtual threads that have carriers. A JVM without continuations has another. */
  private static final Class<?> VIRTUAL;

  private static final @Nullable MethodHandle CARRIER;
  private static final @Nullable MethodHandle SCHEDULER;
  private static final @Nullable MethodHandle NEW_BUILDER;
  private static final @Nullable MethodHandle BLOCKER;

  static {
    Class<?> virtual = Void.class;
    MethodHandle carrier = null;
    MethodHandle scheduler = null;
    MethodHandle newBuilder = null;
    MethodHandle blocker = null;
    String absent = null;
    try {
      MethodHandles.Lookup inThread =
          MethodHandles.privateLookupIn(Thread.class, MethodHandles.lookup());
      virtual = Class.forName("java.lang.VirtualThread");
      MethodHandles.Lookup inVirtual =
          MethodHandles.privateLookupIn(virtual, MethodHandles.lookup());
      scheduler =
          inVirtual
              .findGetter(virtual, "scheduler", Executor.class)
              .asType(MethodType.methodType(Executor.class, Thread.class));
      carrier =
          inVirtual
              .findGetter(virtual, "carrierThread", Thread.class)
              .asType(MethodType.methodType(Thread.class, Thread.class));
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
    } catch (IllegalAccessException closed) {
      // The flag is missing; Engines reports it.
    } catch (ReflectiveOperationException another) {
      absent = another.getMessage();
    }
    VIRTUAL = virtual;
    CARRIER = carrier;
    SCHEDULER = scheduler;
    NEW_BUILDER = newBuilder;
    BLOCKER = blocker;
    ABSENT = absent;
    ARE_KNOWN = carrier != null && scheduler != null && newBuilder != null && blocker != null;
  }

  private Carriers() {}

  /**
   * Returns the platform thread that carries the calling virtual thread; null if none does. Reads a
   * volatile field of that thread: the JIT compiler takes {@code Thread.currentCarrierThread()} for
   * a constant within a compiled method, so it would still name the first carrier after a coroutine
   * has moved.
   */
  static @Nullable Thread of(Thread current) {
    try {
      return VIRTUAL.isInstance(current)
          ? (Thread) Objects.requireNonNull(CARRIER).invokeExact(current)
          : null;
    } catch (Throwable impossible) {
      throw new AssertionError(impossible);
    }
  }

  /** Returns a builder of virtual threads that run on a scheduler. */
  static Thread.Builder.OfVirtual builder(Executor scheduler) {
    try {
      return (Thread.Builder.OfVirtual) Objects.requireNonNull(NEW_BUILDER).invokeExact(scheduler);
    } catch (Throwable impossible) {
      throw new AssertionError(impossible);
    }
  }

  /** Returns the scheduler of a virtual thread. */
  static Executor scheduler(Thread thread) {
    try {
      return (Executor) Objects.requireNonNull(SCHEDULER).invokeExact(thread);
    } catch (Throwable impossible) {
      throw new AssertionError(impossible);
    }
  }

  /**
   * Returns whether a virtual thread is in a blocking operation of a channel or a selector, which
   * an interrupt would close or wake. Called by the loop that has the coroutine, while the thread
   * does not run.
   */
  static boolean isInAChannel(Thread thread) {
    try {
      return (Object) Objects.requireNonNull(BLOCKER).invokeExact(thread) != null;
    } catch (Throwable impossible) {
      throw new AssertionError(impossible);
    }
  }
}
