package io.tourbillon.timer;

import io.tourbillon.timer.internal.StackReserve;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Timers that belong together, for example all timers of a connection: they can be counted and
 * cancelled at once.
 *
 * <pre>{@code
 * TimerGroup ofConnection = new TimerGroup();
 * TimerOptions options = TimerOptions.inGroup(ofConnection);
 * timers.schedule(Duration.ofSeconds(30), this::closeIdle, options);
 * timers.scheduleAtFixedRate(Duration.ZERO, Duration.ofSeconds(5), this::sendHeartbeat, options);
 * ...
 * ofConnection.close();                    // cancels both
 * }</pre>
 *
 * <p>A timer joins the group when it is scheduled, and leaves it when its task begins, or when it
 * is cancelled or handed back. A periodic timer stays until it ends. The timers of a group may be
 * in any number of services. Only timers with handles can join.
 *
 * <p>To cancel a group does not wait for tasks that have begun. If they use what you release next,
 * keep the handles and call {@link TimerHandle#cancelAndWait}.
 *
 * <p>A group takes about 60 bytes, and 28 more for each timer in it. Joining and leaving take some
 * 20 ns under a lock of the group. All methods may be called by any thread, and from inside a task.
 * But the timers of a confined {@link PolledTimerService} can be cancelled only by its owner: for
 * another thread, {@link #cancelAll} and {@link #close} throw {@link IllegalStateException}, and
 * these timers stay in the group.
 */
public final class TimerGroup implements AutoCloseable {
  private static final AtomicLong NUMBERS = new AtomicLong();

  private final Object lock = new Object();

  // Guarded by the lock: a doubly linked list, oldest member first.
  private @Nullable Member first;
  private @Nullable Member last;
  private int size;

  /** Written once, under the lock. Read without it for an early refusal. */
  private volatile boolean closed;

  private final String name;

  /** An empty group. */
  public TimerGroup() {
    this("timer-group-" + NUMBERS.incrementAndGet());
  }

  /**
   * An empty group.
   *
   * @param name for messages
   */
  public TimerGroup(String name) {
    this.name = Objects.requireNonNull(name, "name");
  }

  /** The number of timers in the group. */
  public int pending() {
    synchronized (lock) {
      return size;
    }
  }

  /**
   * Cancels the timers that are in the group now; takes as long as a {@link TimerHandle#cancel} for
   * each, and 4 bytes. Timers that other threads schedule during the call may be missed; {@link
   * #close} misses none.
   *
   * @return how many timers this call has ended
   * @throws IllegalStateException if a timer belongs to a confined service of another thread; all
   *     others have been cancelled
   */
  public int cancelAll() {
    StackReserve.require();
    return cancelMembers();
  }

  /**
   * Cancels all timers of the group. From now on, scheduling a timer in this group throws {@link
   * RejectedExecutionException}. When the call returns, no timer of the group is pending. A second
   * call tries again to cancel timers of which the first has thrown.
   *
   * @throws IllegalStateException as for {@link #cancelAll}; the group is closed all the same
   */
  @Override
  public void close() {
    StackReserve.require();
    synchronized (lock) {
      closed = true;
    }
    int _ = cancelMembers();
  }

  /**
   * A member leaves when its timer has ended, not before. So a thread that closes the group finds
   * the timers that another thread is about to cancel, and cancels them itself or waits for the
   * lock of their shard.
   */
  private int cancelMembers() {
    int ended = 0;
    IllegalStateException notOurs = null;
    for (Member member : members()) {
      try {
        ended += member.timer.cancel() ? 1 : 0;
        if (member.timer.hasEnded()) {
          remove(member); // Its task has begun in another thread, which would do this next.
        }
      } catch (IllegalStateException confined) {
        notOurs = confined;
      }
    }
    if (notOurs != null) {
      throw notOurs;
    }
    return ended;
  }

  /** Whether {@link #close} was called. */
  public boolean isClosed() {
    return closed;
  }

  /** The name, whether the group is open, and how many timers it has. */
  @Override
  public String toString() {
    return name + "[" + (closed ? "closed" : "open") + ", pending = " + pending() + "]";
  }

  // Called by timers, without the lock of a shard.

  void requireOpen() {
    if (closed) {
      throw new RejectedExecutionException("the timer group is closed: " + name);
    }
  }

  /** Adds a member at the end; false if the group is closed. Allocates nothing. */
  boolean add(Member member) {
    synchronized (lock) {
      if (closed) {
        return false;
      }
      link(member);
      return true;
    }
  }

  private void link(Member member) {
    member.previous = last;
    if (last == null) {
      first = member;
    } else {
      last.next = member;
    }
    last = member;
    member.isIn = true;
    size++;
  }

  /** Removes a member, if it is still in the group. */
  void remove(Member member) {
    synchronized (lock) {
      if (member.isIn) {
        unlink(member);
      }
    }
  }

  /** The members, oldest first. */
  List<Member> members() {
    synchronized (lock) {
      List<Member> members = new ArrayList<>(size);
      for (Member member = first; member != null; member = member.next) {
        members.add(member);
      }
      return members;
    }
  }

  private void unlink(Member member) {
    Member before = member.previous;
    Member after = member.next;
    if (before == null) {
      first = after;
    } else {
      before.next = after;
    }
    if (after == null) {
      last = before;
    } else {
      after.previous = before;
    }
    member.previous = null;
    member.next = null;
    member.isIn = false;
    size--;
  }

  /** The place of a timer in a group. The fields are guarded by the lock of the group. */
  static final class Member {
    final ScheduledTimer timer;
    private @Nullable Member previous;
    private @Nullable Member next;
    private boolean isIn;

    Member(ScheduledTimer timer) {
      this.timer = timer;
    }
  }
}
