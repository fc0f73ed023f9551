package io.tourbillon.coroutine.programs;

import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A body that a coroutine of the {@link Oracle} is in, and how far it has come. Immutable, so that
 * the states of a search share them.
 */
final class Frame {
  /** What ends a body, as long as it is on its way out. */
  sealed interface Signal {
    /** A failure that the program has thrown. */
    record Failure(int number) implements Signal {
      @Override
      public String toString() {
        return "failed " + number;
      }
    }

    /**
     * The coroutine was cancelled, a limit has passed or a scope has failed.
     *
     * @param kind as the documentation of CoroutineCancelledException tells them apart
     * @param depth of the frame that it comes from; 0 for the whole coroutine
     */
    record Stop(String kind, int depth) implements Signal {}
  }

  final @Nullable Frame outer;

  /** The operation whose body this is; null for the body of a coroutine. */
  final @Nullable Op op;

  final List<Op> ops;
  final int next;

  /** Deadline of a limit, begin of a shield, or number of a scope. */
  final int number;

  /** Whether this is the clean-up of a guard, or a scope that is being closed. */
  final boolean last;

  /** What is thrown on when this frame has ended. */
  final @Nullable Signal pending;

  final int depth;
  private final int hash;

  Frame(
      @Nullable Frame outer,
      @Nullable Op op,
      List<Op> ops,
      int next,
      int number,
      boolean last,
      @Nullable Signal pending) {
    this.outer = outer;
    this.op = op;
    this.ops = ops;
    this.next = next;
    this.number = number;
    this.last = last;
    this.pending = pending;
    depth = outer == null ? 1 : outer.depth + 1;
    hash =
        Objects.hash(
            outer == null ? 0 : outer.hash, System.identityHashCode(op), next, number, last);
  }

  /**
   * Returns the body of a coroutine.
   *
   * @param scope around it in the text; -1 for none
   */
  static Frame ofCoroutine(List<Op> body, int scope) {
    return new Frame(null, null, body, 0, scope, false, null);
  }

  Frame enter(Op inner, List<Op> body, int number) {
    return new Frame(this, inner, body, 0, number, false, null);
  }

  Frame advanced() {
    return new Frame(outer, op, ops, next + 1, number, last, pending);
  }

  /** Returns the last part of an operation: its clean-up. */
  Frame lastPart(List<Op> cleanup, @Nullable Signal thrown) {
    return new Frame(outer, op, cleanup, 0, number, true, thrown);
  }

  @Override
  @SuppressWarnings("ReferenceEquality") // Equal operations at two places are two.
  public boolean equals(@Nullable Object other) {
    return this == other
        || (other instanceof Frame frame
            && hash == frame.hash
            && op == frame.op
            && ops == frame.ops
            && next == frame.next
            && number == frame.number
            && last == frame.last
            && Objects.equals(pending, frame.pending)
            && Objects.equals(outer, frame.outer));
  }

  @Override
  public int hashCode() {
    return hash;
  }
}
