package io.tourbillon.stress.memory;

import io.tourbillon.timer.VirtualClock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** What a program knows of its timers. Confined to the thread that operates and polls. */
final class Ledger {
  private final List<Item> items = new ArrayList<>();
  private final VirtualClock clock;

  Ledger(VirtualClock clock) {
    this.clock = clock;
  }

  /** Notes a timer that is about to be armed. */
  Item newItem(String name, long delayMillis) {
    Item item = new Item(name, clock, clock.nanoTime() + delayMillis * 1_000_000);
    items.add(item);
    return item;
  }

  List<Item> items() {
    return items;
  }

  /** The number of timers that must be pending now. */
  long pending() {
    return items.stream().filter(Item::isPending).count();
  }

  /** What is wrong with the timers that have ended, or empty. */
  List<String> faults() {
    return items.stream().map(Item::fault).filter(fault -> !fault.isEmpty()).toList();
  }

  static final class Item implements Runnable {
    private final String name;
    private final VirtualClock clock;
    long dueNanos;

    /** Whether the operation that arms it has returned. */
    boolean accepted;

    boolean periodic;
    boolean cancelled;
    int handedBack;
    int runs;
    private boolean early;

    /** Whether no task is called, only a future is completed. */
    @Nullable Future<?> future;

    /** Something to do in the task. */
    @Nullable Runnable inTask;

    /** For timers that may have ended in a way of their own. */
    BooleanSupplier ended = () -> false;

    private Item(String name, VirtualClock clock, long dueNanos) {
      this.name = name;
      this.clock = clock;
      this.dueNanos = dueNanos;
    }

    @Override
    public void run() {
      runs++;
      early |= clock.nanoTime() < dueNanos;
      if (inTask != null) {
        inTask.run();
      }
    }

    boolean isPending() {
      if (!accepted || cancelled || handedBack > 0 || ended.getAsBoolean()) {
        return false;
      }
      if (future != null) {
        return !future.isDone();
      }
      return periodic || runs == 0;
    }

    boolean isOver() {
      return !accepted || !isPending();
    }

    private String fault() {
      if (early) {
        return name + " was early";
      }
      if (!accepted && runs + handedBack > 0) {
        return name + " was refused, and then ran or was handed back";
      }
      if (!periodic && runs + handedBack + (cancelled ? 1 : 0) > 1) {
        return name + " has ended more than once: " + this;
      }
      return isOver() ? "" : name + " has not ended: " + this;
    }

    @Override
    public String toString() {
      return name
          + "[runs = "
          + runs
          + ", cancelled = "
          + cancelled
          + ", handedBack = "
          + handedBack
          + ", future = "
          + future
          + "]";
    }
  }
}
