package io.tourbillon.coroutine.internal.engine;

import io.tourbillon.timer.internal.MemoryReserve;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodHandles.Lookup;
import java.lang.invoke.MethodType;
import java.lang.invoke.VarHandle;
import java.lang.reflect.Field;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The thread-locals of a coroutine of {@code Engine.CONTINUATION}. The coroutine runs on the loop's
 * thread, so these are put into that thread for each turn and taken out after it.
 */
@LoopConfined
final class ThreadLocalMaps {
  private static final @Nullable Slot LOCALS = Slot.of("threadLocals");
  private static final @Nullable Slot INHERITABLE = Slot.of("inheritableThreadLocals");

  /**
   * Whether this JVM lets us exchange thread-locals; if not, a coroutine uses those of the loop.
   */
  static final boolean ARE_KNOWN = LOCALS != null && INHERITABLE != null;

  // The thread-locals of the coroutine, between its turns.
  private @Nullable Object locals;
  private @Nullable Object inheritable;

  private ThreadLocalMaps() {}

  /**
   * Runs a turn with the thread-locals of a coroutine in place of those of the thread. Waits for
   * memory if there is none.
   *
   * @param own those of the coroutine; null if it has none, which is usual
   * @return those that it has after the turn; null if it has none
   */
  static @Nullable ThreadLocalMaps runWith(@Nullable ThreadLocalMaps own, ContinuationStrand turn) {
    Slot ofLocals = Objects.requireNonNull(LOCALS);
    Slot ofInheritable = Objects.requireNonNull(INHERITABLE);
    Thread loop = Thread.currentThread();
    Object loopsLocals = ofLocals.exchange(loop, own == null ? null : own.locals);
    Object loopsInheritable = ofInheritable.exchange(loop, own == null ? null : own.inheritable);
    Object locals = null;
    Object inheritable = null;
    try {
      turn.run();
    } finally {
      locals = ofLocals.exchange(loop, loopsLocals);
      inheritable = ofInheritable.exchange(loop, loopsInheritable);
    }
    if (own == null && locals == null && inheritable == null) {
      return null;
    }
    ThreadLocalMaps kept = own == null ? newOne() : own;
    kept.locals = locals;
    kept.inheritable = inheritable;
    return kept;
  }

  private static ThreadLocalMaps newOne() {
    while (true) {
      try {
        return new ThreadLocalMaps();
      } catch (OutOfMemoryError full) {
        MemoryReserve.pause();
      }
    }
  }

  /**
   * A field of class Thread. A record, since the JIT compiler treats the fields of records as
   * constants.
   *
   * @param getter takes a Thread and returns an Object
   * @param setter takes a Thread and an Object
   */
  private record Slot(MethodHandle getter, MethodHandle setter) {
    /**
     * Returns a field: by a handle if java.lang is open, else by {@code sun.misc.Unsafe}; null if
     * neither works.
     */
    static @Nullable Slot of(String field) {
      try {
        return opened(field);
      } catch (ReflectiveOperationException closed) {
        return unsafe(field);
      }
    }

    private static Slot opened(String field) throws ReflectiveOperationException {
      Lookup inThread = MethodHandles.privateLookupIn(Thread.class, MethodHandles.lookup());
      Class<?> map = Class.forName("java.lang.ThreadLocal$ThreadLocalMap");
      VarHandle handle = inThread.findVarHandle(Thread.class, field, map);
      return new Slot(
          handle
              .toMethodHandle(VarHandle.AccessMode.GET)
              .asType(MethodType.methodType(Object.class, Thread.class)),
          handle
              .toMethodHandle(VarHandle.AccessMode.SET)
              .asType(MethodType.methodType(void.class, Thread.class, Object.class)));
    }

    /** JDK 25 warns on standard error, once, that this will be removed. */
    private static @Nullable Slot unsafe(String field) {
      try {
        Class<?> type = Class.forName("sun.misc.Unsafe");
        Field only = type.getDeclaredField("theUnsafe");
        only.setAccessible(true);
        Object unsafe = only.get(null);
        Lookup lookup = MethodHandles.publicLookup();
        long offset =
            (long)
                type.getMethod("objectFieldOffset", Field.class)
                    .invoke(unsafe, Thread.class.getDeclaredField(field));
        MethodHandle get =
            lookup
                .findVirtual(
                    type,
                    "getObject",
                    MethodType.methodType(Object.class, Object.class, long.class))
                .bindTo(unsafe);
        MethodHandle put =
            lookup
                .findVirtual(
                    type,
                    "putObject",
                    MethodType.methodType(void.class, Object.class, long.class, Object.class))
                .bindTo(unsafe);
        return new Slot(
            MethodHandles.insertArguments(get, 1, offset)
                .asType(MethodType.methodType(Object.class, Thread.class)),
            MethodHandles.insertArguments(put, 1, offset)
                .asType(MethodType.methodType(void.class, Thread.class, Object.class)));
      } catch (ReflectiveOperationException | RuntimeException another) {
        return null; // This JVM forbids it, or the JDK is another version.
      }
    }

    @Nullable Object exchange(Thread thread, @Nullable Object now) {
      try {
        Object before = (Object) getter.invokeExact(thread);
        setter.invokeExact(thread, now);
        return before;
      } catch (Throwable impossible) {
        throw new AssertionError(impossible);
      }
    }
  }
}
