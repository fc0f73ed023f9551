package io.tourbillon.timer.wheel;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A wheel of any kind, with ids: what a {@link TimingWheel} has by itself. */
interface AnyWheel<T> {
  /** Which wheel is under test. */
  enum Kind {
    TASKS {
      @Override
      <T> AnyWheel<T> open(long startTick) {
        return new OfTasks<>(new TimingWheel<>(startTick));
      }
    },
    ENTRIES {
      @Override
      <T> AnyWheel<T> open(long startTick) {
        return new OfEntries<>(new EntryWheel<>(startTick));
      }
    },
    LONGS {
      @Override
      <T> AnyWheel<T> open(long startTick) {
        return new OfLongs<>(startTick);
      }
    };

    abstract <T> AnyWheel<T> open(long startTick);
  }

  AbstractWheel<?> wheel();

  long arm(long deadlineTick, T task);

  @Nullable T cancel(long id);

  boolean rearm(long id, long deadlineTick);

  @Nullable T task(long id);

  long deadlineTick(long id, long absent);

  int advance(long tick, int budget, ExpiryHandler<? super T> handler);

  default long armed() {
    return wheel().armed();
  }

  default boolean isTrimmable() {
    return wheel().isTrimmable();
  }

  default void trim(int limit) {
    wheel().trim(limit);
  }

  default int pageCount() {
    return wheel().pageCount();
  }

  void visit(int page, TimerVisitor<? super T> visitor);

  default boolean checkInvariants() {
    return wheel().checkInvariants();
  }

  /** The entries of its own, if it has a table of them. */
  @Nullable EntrySlab slab();

  /** A wheel that gives ids. */
  record OfTasks<T>(TimingWheel<T> wheel) implements AnyWheel<T> {
    @Override
    public long arm(long deadlineTick, T task) {
      return wheel.arm(deadlineTick, task);
    }

    @Override
    public @Nullable T cancel(long id) {
      return wheel.cancel(id);
    }

    @Override
    public boolean rearm(long id, long deadlineTick) {
      return wheel.rearm(id, deadlineTick);
    }

    @Override
    public @Nullable T task(long id) {
      return wheel.task(id);
    }

    @Override
    public long deadlineTick(long id, long absent) {
      return wheel.deadlineTick(id, absent);
    }

    @Override
    public int advance(long tick, int budget, ExpiryHandler<? super T> handler) {
      return wheel.advance(tick, budget, handler);
    }

    @Override
    public void visit(int page, TimerVisitor<? super T> visitor) {
      wheel.visit(page, visitor);
    }

    @Override
    public EntrySlab slab() {
      return Internals.slabOf(wheel);
    }
  }

  /** A wheel of entries. An id names one stay of an entry in the wheel. */
  final class OfEntries<T> implements AnyWheel<T> {
    /** A task with its id. */
    static final class Entry<T> extends WheelEntry {
      private final T task;
      private long id;

      Entry(T task) {
        this.task = task;
      }
    }

    private final EntryWheel<Entry<T>> wheel;
    private final Map<Long, Entry<T>> entries = new HashMap<>();
    private @Nullable Entry<T> latest;

    /** Above the ids that tests take at random. */
    private long lastId = 1L << 40;

    OfEntries(EntryWheel<Entry<T>> wheel) {
      this.wheel = wheel;
    }

    @Override
    public EntryWheel<?> wheel() {
      return wheel;
    }

    /** Arms the entry that left last once more if it has the same task. */
    @Override
    public long arm(long deadlineTick, T task) {
      Entry<T> entry = latest != null && latest.task.equals(task) ? latest : new Entry<>(task);
      latest = null;
      wheel.arm(deadlineTick, entry);
      entry.id = ++lastId;
      entries.put(entry.id, entry);
      return entry.id;
    }

    @Override
    public @Nullable T cancel(long id) {
      Entry<T> entry = entries.remove(id);
      if (entry == null) {
        return null;
      }
      boolean cancelled = wheel.cancel(entry);
      if (!cancelled || wheel.cancel(entry) || wheel.rearm(entry, 0)) {
        throw new AssertionError("a pending entry can be cancelled once: " + entry.task);
      }
      latest = entry;
      return entry.task;
    }

    @Override
    public boolean rearm(long id, long deadlineTick) {
      Entry<T> entry = entries.get(id);
      return entry != null && wheel.rearm(entry, deadlineTick);
    }

    @Override
    public @Nullable T task(long id) {
      Entry<T> entry = entries.get(id);
      return entry == null ? null : entry.task;
    }

    @Override
    public long deadlineTick(long id, long absent) {
      Entry<T> entry = entries.get(id);
      return entry == null ? absent : entry.deadlineTick();
    }

    @Override
    public int advance(long tick, int budget, ExpiryHandler<? super T> handler) {
      return wheel.advance(
          tick,
          budget,
          entry -> {
            if (entry.isPending() || entries.remove(entry.id) == null) {
              throw new AssertionError("an entry must leave the wheel once: " + entry.task);
            }
            handler.expired(entry.id, entry.deadlineTick(), entry.task);
          });
    }

    @Override
    public void visit(int page, TimerVisitor<? super T> visitor) {
      wheel.visit(page, entry -> visitor.visit(entry.id, entry.deadlineTick(), entry.task));
    }

    @Override
    public @Nullable EntrySlab slab() {
      return null;
    }
  }

  /**
   * A wheel of numbers: the numbers of tasks. It shares its ids with another wheel, of which every
   * page is followed by one of its own.
   */
  final class OfLongs<T> implements AnyWheel<T> {
    private static final long ABSENT = -1;

    private final IdSpace ids = new IdSpace(TimingWheel.MAX_TIMERS);
    private final LongWheel wheel;
    private final LongWheel neighbour;
    private final Map<Long, T> tasks = new HashMap<>();
    private long lastPayload;

    OfLongs(long startTick) {
      wheel = new LongWheel(startTick, ids);
      neighbour = new LongWheel(startTick, ids);
    }

    @Override
    public LongWheel wheel() {
      return wheel;
    }

    @Override
    public long arm(long deadlineTick, T task) {
      while (neighbour.pageCount() <= wheel.pageCount()) {
        long id = neighbour.arm(deadlineTick, 1);
        if (wheel.cancel(id) || wheel.rearm(id, deadlineTick) || task(id) != null) {
          throw new AssertionError("the id of another wheel is known: " + id);
        }
      }
      long payload = ++lastPayload;
      long id = wheel.arm(deadlineTick, payload);
      tasks.put(payload, task);
      if (neighbour.cancel(id)) {
        throw new AssertionError("the id is known to another wheel: " + id);
      }
      return id;
    }

    @Override
    public @Nullable T cancel(long id) {
      T task = task(id);
      if (task != null) {
        tasks.remove(wheel.payload(id, ABSENT));
      }
      if (wheel.cancel(id) != (task != null) || wheel.cancel(id)) {
        throw new AssertionError("a pending timer can be cancelled once: " + id);
      }
      return task;
    }

    @Override
    public boolean rearm(long id, long deadlineTick) {
      return wheel.rearm(id, deadlineTick);
    }

    @Override
    public @Nullable T task(long id) {
      return tasks.get(wheel.payload(id, ABSENT));
    }

    @Override
    public long deadlineTick(long id, long absent) {
      return wheel.deadlineTick(id, absent);
    }

    @Override
    public int advance(long tick, int budget, ExpiryHandler<? super T> handler) {
      return wheel.advance(
          tick,
          budget,
          (id, deadlineTick, payload) -> {
            T task = tasks.remove(payload);
            if (task == null) {
              throw new AssertionError("a payload must leave the wheel once: " + payload);
            }
            handler.expired(id, deadlineTick, task);
          });
    }

    @Override
    public void visit(int page, TimerVisitor<? super T> visitor) {
      wheel.visit(
          page,
          (id, deadlineTick, payload) -> {
            T task = tasks.get(payload);
            if (task == null) {
              throw new AssertionError("a payload that is not pending: " + payload);
            }
            visitor.visit(id, deadlineTick, task);
          });
    }

    @Override
    public boolean checkInvariants() {
      return wheel.checkInvariants() && neighbour.checkInvariants();
    }

    @Override
    public EntrySlab slab() {
      return Internals.slabOf(wheel);
    }
  }
}
