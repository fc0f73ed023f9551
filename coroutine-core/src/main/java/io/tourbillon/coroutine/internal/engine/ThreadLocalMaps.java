package io.tourbillon.coroutine.internal.engine;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The thread-locals of a coroutine of {@code Engine.CONTINUATION}, which runs on the loop's thread:
 * put into that thread for each turn, and taken out after it. Only if {@code java.lang} is open to
 * us; else a coroutine has those of the loop, and sees what others have set.
 *
 * <p>The loop's own.
 */
final class ThreadLocalMaps {
  /** Whether {@code java.lang} is open to us, and has what we need. */
  static final boolean ARE_KNOWN;

  private static final @Nullable VarHandle LOCALS;
  private static final @Nullable VarHandle INHERITABLE;

  static {
    VarHandle locals = null;
    VarHandle inheritable = null;
    try {
      MethodHandles.Lookup inThread =
          MethodHandles.privateLookupIn(Thread.class, MethodHandles.lookup());
      Class<?> map = Class.forName("java.lang.ThreadLocal$ThreadLocalMap");
      locals = inThread.findVarHandle(Thread.class, "threadLocals", map);
      inheritable = inThread.findVarHandle(Thread.class, "inheritableThreadLocals", map);
    } catch (ReflectiveOperationException closed) {
      // The flag is not there, or the JDK is another one.
    }
    LOCALS = locals;
    INHERITABLE = inheritable;
    ARE_KNOWN = locals != null && inheritable != null;
  }

  /** Of the coroutine between its turns, and of the loop during one. */
  private @Nullable Object locals;

  private @Nullable Object inheritable;

  /** Exchanges those of the current thread for these, before a turn and after it. */
  void swap(Thread current) {
    VarHandle ofLocals = Objects.requireNonNull(LOCALS);
    VarHandle ofInheritable = Objects.requireNonNull(INHERITABLE);
    Object before = ofLocals.get(current);
    ofLocals.set(current, locals);
    locals = before;
    Object inheritableBefore = ofInheritable.get(current);
    ofInheritable.set(current, inheritable);
    inheritable = inheritableBefore;
  }
}
