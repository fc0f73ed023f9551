package io.tourbillon.timer.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The threads of services and of event loops that are running, for tools that look for services
 * which a test has left open, or for calls that block such a thread.
 *
 * <p>Thread-safe. An entry costs some hundred nanoseconds when a thread is started, and some
 * hundred bytes until it ends. It refers to the thread and not to its service, so a service that is
 * dropped is still garbage.
 */
public final class LiveThreads {
  /** Entries by the ids of their threads, as a class of users may redefine equality of threads. */
  private static final ConcurrentMap<Long, Entry> LIVE = new ConcurrentHashMap<>();

  private static final AtomicLong LAST = new AtomicLong();

  /** Set once, by any thread. Volatile: services that are built after that record their sites. */
  private static volatile boolean recordSites;

  /** What a thread belongs to. */
  public enum Owner {
    /** A thread that fires the timers of a service. */
    TIMER_SERVICE("TimerService"),
    /** A thread that runs coroutines; a virtual one on the engine HANDOFF. */
    COROUTINE_SCHEDULER("CoroutineScheduler");

    private final String type;

    Owner(String type) {
      this.type = type;
    }

    /** The name of the public type. */
    @Override
    public String toString() {
      return type;
    }
  }

  /**
   * A thread that has been started or is about to be.
   *
   * @param number rises from entry to entry; 0 for a part
   * @param creatorId the id of the thread that built the service
   * @param createdAt where it was built; null if sites are not recorded, or no user was found there
   */
  public record Entry(
      long number,
      Owner owner,
      Thread thread,
      long creatorId,
      @Nullable StackTraceElement createdAt) {}

  private LiveThreads() {}

  /** Lets all later entries have the place at which their services were built. */
  public static void recordSites() {
    recordSites = true;
  }

  /**
   * Adds a thread, unless it was added as a part before. Called by the thread that builds the
   * service, before the other one starts.
   */
  public static void add(Thread thread, Owner owner) {
    if (LIVE.containsKey(thread.threadId())) {
      return; // A part, which needs neither a number nor a search for its site.
    }
    Entry entry =
        new Entry(
            LAST.incrementAndGet(),
            owner,
            thread,
            Thread.currentThread().threadId(),
            recordSites ? CreationSite.find() : null);
    LIVE.put(thread.threadId(), entry);
  }

  /**
   * Adds a thread that is a part of a scheduler. It may start long after the scheduler, in a call
   * of somebody else. The scheduler has an entry of its own, so {@link #all} leaves this one out.
   */
  public static void addPart(Thread thread, Owner owner) {
    LIVE.put(
        thread.threadId(), new Entry(0, owner, thread, Thread.currentThread().threadId(), null));
  }

  /**
   * Removes a thread that is about to end, or could not be started. Waits for memory if there is
   * none, and throws nothing.
   */
  public static void remove(Thread thread) {
    while (true) {
      try {
        Entry _ = LIVE.remove(thread.threadId());
        return;
      } catch (OutOfMemoryError full) {
        MemoryReserve.pause();
      }
    }
  }

  /** Returns whether a thread belongs to such an owner and runs. */
  public static boolean contains(Thread thread, Owner owner) {
    Entry entry = LIVE.get(thread.threadId());
    return entry != null && entry.owner == owner;
  }

  /** Returns the number of the entry that was added last; 0 if there was none. */
  public static long lastNumber() {
    return LAST.get();
  }

  /**
   * Returns all entries but parts, oldest first. Drops those of threads that ended before they were
   * ours.
   */
  public static List<Entry> all() {
    SortedMap<Long, Entry> byNumber = new TreeMap<>();
    for (Entry entry : LIVE.values()) {
      if (entry.thread.getState() == Thread.State.TERMINATED) {
        remove(entry.thread);
      } else if (entry.number != 0) {
        byNumber.put(entry.number, entry);
      }
    }
    return new ArrayList<>(byNumber.values());
  }
}
