package io.tourbillon.timer.internal.writer;

import io.tourbillon.timer.internal.store.Change;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** A change, and the code that wants to know what has become of it. */
public abstract class Request {
  /** What a request takes in memory beside its payload, in bytes. */
  private static final int OVERHEAD_BYTES = 300;

  final Change change;
  final long atNanos = System.nanoTime();

  /**
   * Whether {@link #failed} has given it up, while its transaction may yet turn out to have been
   * committed. Only the loop uses it, and the thread that closes when the loop has ended.
   */
  boolean givenUp;

  /**
   * An earlier change of the same key that need not be written, because this one replaces it in the
   * same transaction; that may have replaced one in turn. Used like {@link #givenUp}.
   */
  @Nullable Request replaced;

  /** For a change of any kind. */
  protected Request(Change change) {
    this.change = change;
  }

  /** What it changes. */
  public final Change change() {
    return change;
  }

  final int bytes() {
    return change.bytes() + OVERHEAD_BYTES;
  }

  /**
   * Takes the place of an earlier change of its key that no transaction has had yet, if it replaces
   * what that would write.
   *
   * @return whether it does
   */
  final boolean replaces(Request earlier) {
    boolean puts = change instanceof Change.Put && earlier.change instanceof Change.Put;
    if (puts) {
      Request oldest = this;
      for (Request next = oldest.replaced; next != null; next = oldest.replaced) {
        oldest = next;
      }
      oldest.replaced = earlier;
    }
    return puts;
  }

  /**
   * Called when the transaction has been committed. Must not wait, nor run code of a user.
   *
   * @param found whether the change found what it was to change
   * @param sinceNanos {@link System#nanoTime} before the transaction began
   */
  protected abstract void committed(boolean found, long sinceNanos);

  /**
   * Called instead of {@link #committed} when another change has taken its place in the transaction
   * that was committed.
   */
  protected void committedAsReplaced() {}

  /** Whether somebody has a future. */
  protected boolean isAwaited() {
    return false;
  }

  /** Completes the future, if there is one. May run code of a user. */
  protected void tell() {}

  /**
   * Called when the change was not made, or nobody knows.
   *
   * @return whether it is given up; if not, it is tried again
   */
  protected abstract boolean failed(SQLException failure);
}
