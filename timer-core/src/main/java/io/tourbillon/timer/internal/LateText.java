package io.tourbillon.timer.internal;

import java.io.IOException;
import java.io.ObjectOutputStream;
import java.io.Serial;
import java.io.Serializable;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A text that is made by the first thread that asks for it, and stays the same from then on. For
 * texts that describe objects of users: an event loop can prepare one without calling code of
 * users.
 *
 * <p>Thread-safe, and takes no lock: threads that ask first at the same time each make a text, and
 * all of them get the one that was ready first.
 */
public final class LateText implements Serializable {
  @Serial private static final long serialVersionUID = 1;

  private static final VarHandle TEXT;

  static {
    try {
      TEXT = MethodHandles.lookup().findVarHandle(LateText.class, "text", String.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /**
   * A Supplier of the text, or the Throwable whose text it is. Null after deserialisation, which
   * restores the text.
   */
  private final transient @Nullable Object source;

  /** Written once, by compare-and-set from null. Volatile, as any thread may ask. */
  private volatile @Nullable String text;

  /**
   * Makes one.
   *
   * @param words makes the text; may be called more than once, by any thread, and must not throw
   */
  public LateText(Supplier<String> words) {
    source = Objects.requireNonNull(words, "words");
  }

  /** Makes the text of a throwable, as {@link Throwable#toString} gives it. */
  LateText(Throwable described) {
    source = described;
  }

  /** Returns the text. */
  public String get() {
    String known = text;
    if (known != null) {
      return known;
    }
    String made = make(Objects.requireNonNull(source, "the text was in the stream"));
    return TEXT.compareAndSet(this, null, made) ? made : Objects.requireNonNull(text);
  }

  private static String make(Object source) {
    return source instanceof Throwable described
        ? SafeText.raw(described)
        : (String) ((Supplier<?>) source).get();
  }

  @Override
  public String toString() {
    return get();
  }

  /** Makes the text, so that the stream contains it. */
  @Serial
  private void writeObject(ObjectOutputStream to) throws IOException {
    String _ = get();
    to.defaultWriteObject();
  }
}
