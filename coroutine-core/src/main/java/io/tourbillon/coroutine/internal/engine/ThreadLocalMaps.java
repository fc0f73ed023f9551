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
 * The thread-locals of a coroutine of {@code Engine.CONTINUATION}, and its bindings of scoped
 * values. The coroutine runs on the loop's thread, so these are put into that thread for each turn
 * and taken out after it.
 *
 * <p>The bindings are a field of the thread as well, which points to the innermost {@code
 * ScopedValue.where}. That call is among the frames that a suspension copies, so it needs no more
 * than this field when it goes on. The cache of scoped values is exchanged by the JDK.
 */
@LoopConfined
final class ThreadLocalMaps {
  private static final String MAP = "java.lang.ThreadLocal$ThreadLocalMap";
  private static final @Nullable Slot LOCALS = Slot.of("threadLocals", MAP);
  private static final @Nullable Slot INHERITABLE = Slot.of("inheritableThreadLocals", MAP);

  /**
   * Null if this JVM does not let us exchange bindings; a coroutine uses those of the loop then.
   */
  private static final @Nullable Slot BINDINGS = Slot.of("scopedValueBindings", "java.lang.Object");

  /**
   * Whether this JVM lets us exchange thread-locals; if not, a coroutine uses those of the loop.
   */
  static final boolean ARE_KNOWN = LOCALS != null && INHERITABLE != null;

  /** What keeps us from exchanging them, in words; empty if nothing does. */
  static String lack() {
    if (ARE_KNOWN && BINDINGS != null) {
      return "";
    }
    String flag = "--add-opens=java.base/java.lang=" + target();
    return Thread.class.getModule().isOpen("java.lang", ThreadLocalMaps.class.getModule())
        ? "class Thread must have the fields threadLocals, inheritableThreadLocals and"
            + " scopedValueBindings, as in JDK 25, and in version "
            + Runtime.version().feature()
            + " it lacks one"
        : "CONTINUATION needs the flag "
            + flag
            + ", as this JVM forbids the use of sun.misc.Unsafe";
  }

  private static String target() {
    Module ours = ThreadLocalMaps.class.getModule();
    return ours.isNamed() ? ours.getName() : "ALL-UNNAMED";
  }

  // The thread-locals of the coroutine, between its turns.
  private @Nullable Object locals;
  private @Nullable Object inheritable;

  /** Its bindings, between its turns. Null is a value of the JDK: it searches the stack then. */
  private @Nullable Object bindings;

  private ThreadLocalMaps() {}

  /**
   * Runs a turn with the thread-locals and bindings of a coroutine in place of those of the thread.
   * Waits for memory if there is none.
   *
   * @param own those of the coroutine; null if it has none, which is usual. Without any it finds
   *     the bindings of the loop, which binds nothing
   * @return those that it has after the turn; null if it has none
   */
  @SuppressWarnings("ReferenceEquality") // The bindings of a thread are one object.
  static @Nullable ThreadLocalMaps runWith(@Nullable ThreadLocalMaps own, ContinuationStrand turn) {
    Slot ofLocals = Objects.requireNonNull(LOCALS);
    Slot ofInheritable = Objects.requireNonNull(INHERITABLE);
    Thread loop = Thread.currentThread();
    Object loopsLocals = ofLocals.exchange(loop, own == null ? null : own.locals);
    Object loopsInheritable = ofInheritable.exchange(loop, own == null ? null : own.inheritable);
    Object loopsBindings = putBindings(own, loop);
    Object locals = null;
    Object inheritable = null;
    Object bindings = null;
    try {
      turn.run();
    } finally {
      locals = ofLocals.exchange(loop, loopsLocals);
      inheritable = ofInheritable.exchange(loop, loopsInheritable);
      bindings = takeBindings(loop, loopsBindings);
    }
    if (own == null && locals == null && inheritable == null && bindings == loopsBindings) {
      return null;
    }
    ThreadLocalMaps kept = own == null ? newOne() : own;
    kept.locals = locals;
    kept.inheritable = inheritable;
    kept.bindings = bindings;
    return kept;
  }

  /** Puts in the bindings of a coroutine, if it has any, and returns those of the loop. */
  private static @Nullable Object putBindings(@Nullable ThreadLocalMaps own, Thread loop) {
    if (BINDINGS == null) {
      return null;
    }
    return own == null ? BINDINGS.get(loop) : BINDINGS.exchange(loop, own.bindings);
  }

  /** Returns the bindings of the coroutine, and puts back those of the loop if they differ. */
  @SuppressWarnings("ReferenceEquality") // As in runWith.
  private static @Nullable Object takeBindings(Thread loop, @Nullable Object loopsBindings) {
    if (BINDINGS == null) {
      return null;
    }
    Object bindings = BINDINGS.get(loop);
    if (bindings != loopsBindings) {
      BINDINGS.set(loop, loopsBindings);
    }
    return bindings;
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
    static @Nullable Slot of(String field, String type) {
      try {
        return opened(field, type);
      } catch (ReflectiveOperationException closed) {
        return unsafe(field);
      }
    }

    private static Slot opened(String field, String type) throws ReflectiveOperationException {
      Lookup inThread = MethodHandles.privateLookupIn(Thread.class, MethodHandles.lookup());
      VarHandle handle = inThread.findVarHandle(Thread.class, field, Class.forName(type));
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
      Object before = get(thread);
      set(thread, now);
      return before;
    }

    @Nullable Object get(Thread thread) {
      try {
        return (Object) getter.invokeExact(thread);
      } catch (Throwable impossible) {
        throw new AssertionError(impossible);
      }
    }

    void set(Thread thread, @Nullable Object now) {
      try {
        setter.invokeExact(thread, now);
      } catch (Throwable impossible) {
        throw new AssertionError(impossible);
      }
    }
  }
}
