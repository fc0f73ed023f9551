package io.tourbillon.timer.netty;

import io.netty.util.Timeout;
import io.netty.util.TimerTask;
import io.tourbillon.timer.internal.SafeText;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import org.jspecify.annotations.Nullable;

/**
 * Tells a task that its timeout was cancelled, if Netty has a method for that. {@link
 * TimerTask#cancelled} came with Netty 4.2. With Netty 4.1 this does nothing.
 */
final class CancelNotice {
  private static final System.Logger LOGGER = System.getLogger("io.tourbillon.timer");
  private static final @Nullable MethodHandle CANCELLED = find();

  private CancelNotice() {}

  private static @Nullable MethodHandle find() {
    try {
      return MethodHandles.publicLookup()
          .findVirtual(
              TimerTask.class, "cancelled", MethodType.methodType(void.class, Timeout.class));
    } catch (NoSuchMethodException | IllegalAccessException olderNetty) {
      return null;
    }
  }

  /**
   * Calls the method. Logs what it throws, because Netty's own timer does not let it out either.
   */
  static void tell(TimerTask task, Timeout timeout) {
    MethodHandle cancelled = CANCELLED;
    if (cancelled == null) {
      return;
    }
    try {
      cancelled.invokeExact(task, timeout);
    } catch (Throwable failure) {
      LOGGER.log(
          System.Logger.Level.ERROR,
          "a timeout's cancelled method failed: " + SafeText.of(task),
          failure);
    }
  }
}
