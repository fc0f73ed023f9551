package io.tourbillon.timer.internal;

import io.tourbillon.timer.internal.text.Printable;
import org.jspecify.annotations.Nullable;

/** Describes objects of users without trusting their methods. */
public final class SafeText {
  private SafeText() {}

  /**
   * Returns what {@code toString} returns, {@linkplain Printable made printable}. If that throws or
   * returns null, returns the class and the identity of the object, in the format of {@link
   * Object#toString}. Throws nothing but an OutOfMemoryError.
   */
  public static String of(@Nullable Object object) {
    return Printable.of(raw(object));
  }

  /** As {@link #of}, but does not make the result of {@code toString} printable. */
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
      // The caller has something more important to report.
    }
    return object.getClass().getName() + "@" + Integer.toHexString(System.identityHashCode(object));
  }
}
