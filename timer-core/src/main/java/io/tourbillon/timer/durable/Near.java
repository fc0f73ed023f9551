package io.tourbillon.timer.durable;

import io.tourbillon.timer.TimerHandle;
import io.tourbillon.timer.internal.store.Row;
import org.jspecify.annotations.Nullable;

/** A timer in memory, because it is due soon. Its task tells {@link NearTimers} that it is due. */
final class Near implements Runnable {
  final Row row;

  private final NearTimers home;

  /** Whether it was due for long already when it was loaded. */
  final boolean overdue;

  // Guarded by the lock of the home.
  @Nullable TimerHandle handle;

  /** Whether a handler runs. Guarded by the lock of the home. */
  boolean running;

  Near(NearTimers home, Row row, boolean overdue) {
    this.home = home;
    this.row = row;
    this.overdue = overdue;
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
