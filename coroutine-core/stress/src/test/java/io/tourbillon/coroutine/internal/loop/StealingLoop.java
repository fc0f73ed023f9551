package io.tourbillon.coroutine.internal.loop;

import io.tourbillon.coroutine.Action;
import io.tourbillon.coroutine.internal.task.CoroutineTask;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A loop of a race, as work stealing sees it: its thief and newcomers, without a thread. */
final class StealingLoop extends Peer {
  /** Long after the beginning, as the thief counts: it has noted nothing lately. */
  static final long LATE_NANOS = 1_000_000_000;

  final Thief thief;
  private final Newcomers newcomers = new Newcomers();

  /** Counted by those who wake the loop, read when the race is over. */
  private final AtomicInteger rouses = new AtomicInteger();

  StealingLoop(WorkStealing stealing) {
    thief = new Thief(this, stealing);
  }

  /** What loops share of which this many are to be made, and set. */
  static WorkStealing among(Peer[] loops) {
    return new WorkStealing("race", loops, () -> 1);
  }

  /** Goes to rest. Returns whether it would rest until it is woken. */
  boolean restsForEver() {
    return thief.beginIdling(LATE_NANOS) == LoopWheel.NEVER;
  }

  /** Goes to rest, and nothing waits elsewhere. */
  void rest() {
    if (!restsForEver()) {
      throw new IllegalStateException("there is nothing to search for");
    }
  }

  /** A coroutine is spawned on this loop. */
  @SuppressWarnings("NullAway") // It does not use its loop before it has a turn.
  void spawn() {
    Action body = () -> {};
    newcomers.add(new CoroutineTask<@Nullable Void>(null, 1, null, body));
    thief.offered();
  }

  /** Gets work of its own, as from its mailbox. */
  void work() {
    thief.endIdling();
    thief.stopSearching();
  }

  /** Returns how many times others have woken it. */
  int rouses() {
    return rouses.get();
  }

  @Override
  boolean isIdle() {
    return thief.isIdle();
  }

  @Override
  void rouse() {
    rouses.incrementAndGet();
  }

  @Override
  protected Newcomers newcomers() {
    return newcomers;
  }

  @Override
  public boolean hasOneTask() {
    return true;
  }

  @Override
  protected boolean takeOver(LoopTask task) {
    return task.claim();
  }
}
