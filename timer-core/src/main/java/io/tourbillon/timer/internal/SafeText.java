package io.tourbillon.timer.internal;

import io.tourbillon.timer.internal.text.Printable;
import org.jspecify.annotations.Nullable;

/** Puts objects of users into words without trusting them. */
public final class SafeText {
  private SafeText() {}

  /**
   * What {@code toString} returns, {@linkplain Printable made printable}; if that throws or returns
   * null, the class and the identity of the object, as {@link Object#toString} has it. Never
   * throws, but for want of memory.
   */
  public static String of(@Nullable Object object) {
    return Printable.of(raw(object));
  }

  /** As {@link #of}, but what {@code toString} returns is left as it is. */
  static String raw(@Nullable Object object) {
    if (object == null) {
      return "null";
    }
    try {
      String text = object.toString();
      if (text != null) {
        return text;
      }
    } catch (Throwable broken) {
      // The caller has something more important to say.
    }
    return object.getClass().getName() + "@" + Integer.toHexString(System.identityHashCode(object));
  }
}
