package io.tourbillon.coroutine.internal.loop;

import io.tourbillon.timer.internal.MemoryReserve;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Lets the {@link Rescuer} in to what is confined to a loop while one of its tasks has the turn.
 * The loop opens the gate when it gives a turn, and closes it when the turn is over; so the rescuer
 * gets in only while the loop stands.
 *
 * <pre>
 *   CLOSED ---- open, reopen ---> OPEN ---- tryEnter ---> ENTERED
 *     ^                           | ^                        |
 *     +--- close, closeInTurn ----+ +-------- leave ---------+
 * </pre>
 *
 * <p><b>The word.</b> The number of the turn and the state, in one word: only {@link #open} counts
 * on. A rescuer that has seen a turn for some time enters that turn or none.
 *
 * <p><b>Who writes.</b> Only the loop, or the task that has the turn, leaves CLOSED, so it does
 * that by a write in release mode: a rescuer that enters sees what they wrote before. All other
 * transitions are compare-and-sets from OPEN, since both sides try them, except for {@link #leave}:
 * while the gate is ENTERED, all others wait. {@code leave} writes in release mode, too, so the
 * side that closes next sees what the rescuer has changed. So the two sides are never in at the
 * same time, and what one has changed the other sees; fields that they share may be plain.
 *
 * <p><b>The task that has the turn</b> runs code of users most of the time. Where it calls code of
 * the loop that changes what the rescuer reads or writes, or walks through it, that code closes the
 * gate and reopens it. {@code CoroutineLoop} lists these places.
 *
 * <p>A rescuer is inside for some microseconds; then closing waits for it. Without contention, to
 * open and close costs one atomic operation.
 */
final class TurnGate {
  private static final VarHandle WORD;

  static {
    try {
      WORD = MethodHandles.lookup().findVarHandle(TurnGate.class, "word", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private static final long CLOSED = 0;
  private static final long OPEN = 1;
  private static final long ENTERED = 2;

  /** The bits of the state. */
  private static final long STATE = 3;

  /** Makes the number of a turn greater by one. */
  private static final long TURN = 4;

  /** How often to look, before to wait longer, whether the rescuer has left: some ten us. */
  private static final int LOOKS = 1000;

  private long word;

  // Called by the loop.

  /** Opens the gate for the next turn. */
  void open() {
    WORD.setRelease(this, (numberAndState() & ~STATE) + TURN + OPEN);
  }

  /** Closes the gate after a turn. Does nothing if it is closed. */
  void close() {
    long _ = closeInTurn();
  }

  // Called by the loop or by the task that has the turn.

  /** Closes the gate. Returns the number of the turn for {@link #reopen}; 0 if it was closed. */
  long closeInTurn() {
    long seen = numberAndState();
    if ((seen & STATE) == CLOSED) {
      return 0; // Only the caller could open it.
    }
    long turn = seen & ~STATE;
    for (int looks = 0; !WORD.compareAndSet(this, turn + OPEN, turn + CLOSED); looks++) {
      if (looks < LOOKS) {
        Thread.onSpinWait();
      } else {
        MemoryReserve.pause(); // The rescuer waits for a processor.
      }
    }
    return turn;
  }

  /**
   * Opens the gate again, if it is still the turn in which it was closed: a virtual thread may have
   * waited for a lock of the JDK meanwhile, and has another turn then.
   *
   * @param turn the result of {@link #closeInTurn}
   */
  void reopen(long turn) {
    if (turn != 0 && numberAndState() == turn + CLOSED) {
      WORD.setRelease(this, turn + OPEN);
    }
  }

  /** A plain read; it tells the number, and whether it is closed. */
  private long numberAndState() {
    return word;
  }

  // Called by the rescuer.

  /** Returns the number of the last turn, which may be over. */
  long turn() {
    return (long) WORD.getOpaque(this) & ~STATE;
  }

  /** Enters if a turn is still going on and the gate is open. Returns whether it did. */
  boolean tryEnter(long turn) {
    return WORD.compareAndSet(this, turn + OPEN, turn + ENTERED);
  }

  /** Leaves. The turn goes on. */
  void leave(long turn) {
    WORD.setRelease(this, turn + OPEN);
  }
}
