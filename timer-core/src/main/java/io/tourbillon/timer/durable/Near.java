package io.tourbillon.timer.durable;

import io.tourbillon.timer.TimerHandle;
import io.tourbillon.timer.internal.store.Row;
import io.tourbillon.timer.internal.store.Stored;
import org.jspecify.annotations.Nullable;

/** A timer in memory, because it is due soon. Its task tells {@link NearTimers} that it is due. */
final class Near implements Runnable {
  final Row row;

  private final NearTimers home;

  /** When it could have fired first, see {@link Stored#couldFireMicros}. */
  final long couldFireMicros;

  /** {@link System#nanoTime} when it came here. */
  final long sinceNanos = System.nanoTime();

  /**
   * Set once this process has removed or replaced it, as it seems, by a transaction that may be
   * older than what is here: the table must be asked. Written before that change is acknowledged,
   * read by the thread of the handler.
   */
  volatile boolean doubtful;

  /** What it is armed with. Guarded by the lock of the home. */
  @Nullable TimerHandle handle;

  Near(NearTimers home, Row row, long couldFireMicros) {
    this.home = home;
    this.row = row;
    this.couldFireMicros = couldFireMicros;
  }

  @Override
  public void run() {
    home.isDue(this);
  }

  @Override
  public String toString() {
    return "durable timer " + row.key();
  }
}
