package io.tourbillon.timer.internal.longs;

import io.tourbillon.timer.wheel.IdSpace;
import io.tourbillon.timer.wheel.LongExpiryHandler;
import io.tourbillon.timer.wheel.LongTimerVisitor;
import io.tourbillon.timer.wheel.LongWheel;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The wheels of one shard whose timers are a number each: one wheel for each owner that has armed a
 * timer there. Their ids are of one space, so that no owner can take the timer of another for its
 * own.
 *
 * <p>A wheel that its owner has given up serves the next owner, because the ids that it has given
 * must not be given again. So there are never more wheels than there were owners at a time.
 *
 * <p>Guarded by the lock of the shard, except for {@link #isTrimmable} and {@link
 * #isCascadeEarlier}, which give any thread a hint.
 *
 * @param <O> the owners
 */
public final class LongWheels<O> {
  private final IdSpace ids;

  /** For {@link #advance}, which allocates nothing. */
  private final Feed<O> feed = new Feed<>();

  /**
   * Replaced by a longer array under the lock; volatile for the hints, which read the wheels, final
   * fields, without it.
   */
  private volatile Share<O>[] shares = newShares();

  /**
   * @param maxTimers for how many timers there are ids, as for {@link IdSpace}
   */
  public LongWheels(int maxTimers) {
    ids = new IdSpace(maxTimers);
  }

  /**
   * Receives timers with their owners.
   *
   * @param <O> the owners
   */
  public interface Receiver<O> {
    /**
     * Receives one timer. Must not call the wheels and must not throw.
     *
     * @param id by which its wheel knows, or knew, the timer
     */
    void receive(O owner, long id, long deadlineTick, long payload);
  }

  /** A wheel and its owner, null if it has none. */
  private static final class Share<O> {
    final LongWheel wheel;
    @Nullable O owner;

    Share(LongWheel wheel, O owner) {
      this.wheel = wheel;
      this.owner = owner;
    }
  }

  /** Hands the timers of one wheel on. */
  private static final class Feed<O> implements LongExpiryHandler, LongTimerVisitor {
    private @Nullable Share<O> share;
    private @Nullable Receiver<? super O> receiver;

    Feed<O> of(Share<O> share, Receiver<? super O> receiver) {
      this.share = share;
      this.receiver = receiver;
      return this;
    }

    @Override
    public void expired(long id, long deadlineTick, long payload) {
      visit(id, deadlineTick, payload);
    }

    @Override
    public void visit(long id, long deadlineTick, long payload) {
      if (share != null && share.owner != null && receiver != null) {
        receiver.receive(share.owner, id, deadlineTick, payload);
      }
    }
  }

  @SuppressWarnings({"unchecked", "rawtypes"}) // No array is seen outside.
  private static <O> Share<O>[] newShares() {
    return new Share[0];
  }

  /**
   * Gives an owner a wheel. Allocates before it changes anything.
   *
   * @param startTick the current tick of the shard
   */
  public LongWheel open(O owner, long startTick) {
    Share<O>[] before = shares;
    for (Share<O> share : before) {
      if (share.owner == null) {
        share.owner = owner;
        return share.wheel;
      }
    }
    Share<O> share = new Share<>(new LongWheel(startTick, ids), owner);
    Share<O>[] longer = Arrays.copyOf(before, before.length + 1);
    longer[before.length] = share;
    shares = longer;
    return share.wheel;
  }

  /** Takes the wheel back, which must be empty. */
  public void close(LongWheel wheel) {
    assert wheel.size() == 0 : "timers in a wheel that was given up: " + wheel.size();
    for (Share<O> share : shares) {
      if (share.wheel.equals(wheel)) {
        share.owner = null;
      }
    }
  }

  /** Cancels the timer with this id, whichever wheel it is in; false if there is none. */
  public boolean cancel(long id) {
    for (Share<O> share : shares) {
      if (share.wheel.cancel(id)) {
        return true;
      }
    }
    return false;
  }

  /**
   * Advances to a tick and hands out what expires. If the budget is too small, {@link #hasReached}
   * is false afterwards.
   *
   * @param budget at least 1: how many timers may expire, and for each wheel how many may move
   */
  public void advance(long tick, int budget, Receiver<? super O> receiver) {
    int left = budget;
    for (Share<O> share : shares) {
      if (left > 0) {
        left -= share.wheel.advance(tick, left, feed.of(share, receiver));
      }
    }
  }

  /** Returns true if every wheel has advanced through this tick to its end. */
  public boolean hasReached(long tick) {
    for (Share<O> share : shares) {
      if (share.wheel.currentTick() < tick) {
        return false;
      }
    }
    return true;
  }

  /** As {@link LongWheel#nextEventTick}. */
  public long nextEventTick() {
    long next = LongWheel.NEVER;
    for (Share<O> share : shares) {
      next = Math.min(next, share.wheel.nextEventTick());
    }
    return next;
  }

  /** As {@link LongWheel#peekEventTick}. */
  public long peekEventTick() {
    long next = LongWheel.NEVER;
    for (Share<O> share : shares) {
      next = Math.min(next, share.wheel.peekEventTick());
    }
    return next;
  }

  /** As {@link LongWheel#isCascadeEarlier}. */
  public boolean isCascadeEarlier() {
    for (Share<O> share : shares) {
      if (share.wheel.isCascadeEarlier()) {
        return true;
      }
    }
    return false;
  }

  /** As {@link LongWheel#isTrimmable}. */
  public boolean isTrimmable() {
    for (Share<O> share : shares) {
      if (share.wheel.isTrimmable()) {
        return true;
      }
    }
    return false;
  }

  /** Frees memory of one wheel that has some to free; as {@link LongWheel#trim}. */
  public void trim(int limit) {
    for (Share<O> share : shares) {
      if (share.wheel.isTrimmable()) {
        share.wheel.trim(limit);
        return;
      }
    }
  }

  /** Timers pending. */
  public long size() {
    long size = 0;
    for (Share<O> share : shares) {
      size += share.wheel.size();
    }
    return size;
  }

  /** Timers armed so far. */
  public long armed() {
    long armed = 0;
    for (Share<O> share : shares) {
      armed += share.wheel.armed();
    }
    return armed;
  }

  /** Adds the numbers of timers pending in each level, finest first. */
  public void addSizesTo(long[] sizes) {
    for (Share<O> share : shares) {
      long[] own = share.wheel.sizeByLevel();
      for (int level = 0; level < sizes.length; level++) {
        sizes[level] += own[level];
      }
    }
  }

  /** The number of pages for {@link #visit}; it may change. */
  public int pageCount() {
    int pages = 0;
    for (Share<O> share : shares) {
      pages = Math.max(pages, share.wheel.pageCount());
    }
    return pages;
  }

  /** Shows every pending timer of one page of at most 1024, which is of one wheel. */
  public void visit(int page, Receiver<? super O> receiver) {
    for (Share<O> share : shares) {
      share.wheel.visit(page, new Feed<O>().of(share, receiver));
    }
  }

  /** As {@link LongWheel#checkInvariants}. */
  public boolean checkInvariants() {
    for (Share<O> share : shares) {
      share.wheel.checkInvariants();
    }
    return true;
  }
}
