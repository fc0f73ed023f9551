package io.tourbillon.timer.durable;

import io.tourbillon.timer.internal.IndependentThread;
import io.tourbillon.timer.internal.store.Change;
import io.tourbillon.timer.internal.store.Store;
import io.tourbillon.timer.internal.store.StoreSession;
import io.tourbillon.timer.internal.store.TimerKey;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Makes the changes of all callers, many in a transaction: while one is committed, the next ones
 * gather. Changes of the same key keep their order, because a transaction holds one of each key.
 */
final class GroupWriter extends SessionLoop {
  private static final int MOST_IN_A_TRANSACTION = 1_000;
  private static final long WAIT_MILLIS = 50;
  private static final long PARKED_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

  /** The database does not answer, starts or stops, or lacks room: it may come back. */
  private static final Set<String> TEMPORARY = Set.of("08", "53", "57", "58");

  /** A change, and who wants to know. */
  abstract static class Request {
    final Change change;
    final long atNanos = System.nanoTime();

    Request(Change change) {
      this.change = change;
    }

    /** Called when the transaction has been committed. Must not wait, nor run code of a user. */
    abstract void committed(boolean found);

    /** Whether somebody has a future. */
    boolean isAwaited() {
      return false;
    }

    /** Completes the future, if there is one. May run code of a user. */
    void tell() {}

    /**
     * Called when the change was not made.
     *
     * @return whether it is given up; if not, it is tried again
     */
    abstract boolean failed(SQLException failure);
  }

  private final LinkedBlockingQueue<Request> queue;
  private final Counts counts;
  private final long limitNanos;

  // Only the thread of the loop uses these.
  private final Map<TimerKey, Request> batch = new LinkedHashMap<>();
  private final Deque<Request> waiting = new ArrayDeque<>();

  /** Changes whose common transaction has failed: each gets one of its own. */
  private final Deque<Request> alone = new ArrayDeque<>();

  /**
   * Changes of keys whose row is locked, perhaps by the transaction of a caller: they are tried now
   * and then, each key alone, so that nothing else waits for that transaction.
   */
  private final Map<TimerKey, Deque<Request>> parked = new LinkedHashMap<>();

  private long triedParkedNanos;

  private volatile boolean closing;

  /** Set by the thread that closes before it empties the queue; read by who has added to it. */
  private volatile boolean ended;

  /** Whether the loop may still use its collections. Written by the loop when it ends. */
  private volatile boolean runsStill = true;

  GroupWriter(Store store, Counts counts, int mostWaiting, long limitNanos) {
    super(store);
    this.counts = counts;
    this.queue = new LinkedBlockingQueue<>(mostWaiting);
    this.limitNanos = limitNanos;
  }

  /** Adds a change of a user. */
  void submit(Request request) {
    if (closing) {
      throw new RejectedExecutionException("the durable timers are closed");
    }
    if (!queue.offer(request)) {
      throw new RejectedExecutionException(
          "more changes wait for their transaction than may: " + queue.size());
    }
    if (ended && queue.remove(request)) {
      throw new RejectedExecutionException("the durable timers are closed");
    }
  }

  /**
   * Fails all that is left, when the loop has ended. Called by the thread that closes, after it has
   * waited for the loop's.
   */
  void failRest() {
    ended = true;
    List<Request> rest = new ArrayList<>();
    queue.drainTo(rest);
    if (!runsStill) {
      rest.addAll(batch.values());
      rest.addAll(waiting);
      rest.addAll(alone);
      parked.values().forEach(rest::addAll);
    }
    SQLException closed = new SQLException("the durable timers were closed before it was written");
    rest.removeIf(request -> !request.failed(closed));
    tell(rest);
  }

  @Override
  void stopped() {
    runsStill = false;
  }

  /** Gives up what has waited for longer than its limit, wherever it waits. */
  @Override
  void failing(Throwable failure) {
    SQLException cause =
        failure instanceof SQLException known
            ? known
            : new SQLException(failure.toString(), failure);
    List<Request> late = new ArrayList<>();
    takeLate(queue, cause, late);
    takeLate(batch.values(), cause, late);
    takeLate(waiting, cause, late);
    takeLate(alone, cause, late);
    parked.values().forEach(requests -> takeLate(requests, cause, late));
    parked.values().removeIf(Deque::isEmpty);
    tell(late);
  }

  private void takeLate(Collection<Request> requests, SQLException cause, List<Request> late) {
    for (Iterator<Request> each = requests.iterator(); each.hasNext(); ) {
      Request request = each.next();
      if (isLate(request) && request.failed(cause)) {
        each.remove();
        late.add(request);
      }
    }
  }

  private boolean isLate(Request request) {
    return System.nanoTime() - request.atNanos >= limitNanos;
  }

  /** Adds the end of a firing, which must not get lost; waits if necessary. */
  void submitEnd(Request request) throws InterruptedException {
    queue.put(request);
  }

  int waiting() {
    return queue.size();
  }

  /** Ends the loop when all that was submitted has been written. */
  void close() {
    closing = true;
  }

  @Override
  boolean hasEnded() {
    return closing
        && queue.isEmpty()
        && batch.isEmpty()
        && waiting.isEmpty()
        && alone.isEmpty()
        && parked.isEmpty();
  }

  @Override
  void turn(StoreSession session) throws SQLException, InterruptedException {
    if (batch.isEmpty()) {
      fill();
    }
    if (!batch.isEmpty()) {
      write(session);
    }
  }

  private void fill() throws InterruptedException {
    if (!alone.isEmpty()) {
      put(alone.poll());
      return;
    }
    if (!parked.isEmpty() && System.nanoTime() - triedParkedNanos >= PARKED_NANOS) {
      triedParkedNanos = System.nanoTime();
      Map.Entry<TimerKey, Deque<Request>> first = parked.entrySet().iterator().next();
      parked.remove(first.getKey());
      put(first.getValue().poll());
      waiting.addAll(first.getValue());
      return;
    }
    for (int rest = waiting.size(); rest > 0; rest--) {
      put(waiting.remove());
    }
    if (batch.isEmpty()) {
      Request first = queue.poll(WAIT_MILLIS, TimeUnit.MILLISECONDS);
      if (first == null) {
        return;
      }
      put(first);
    }
    while (batch.size() < MOST_IN_A_TRANSACTION && waiting.size() < MOST_IN_A_TRANSACTION) {
      Request next = queue.poll();
      if (next == null) {
        return;
      }
      put(next);
    }
  }

  private void put(@Nullable Request request) {
    if (request == null) {
      return;
    }
    Deque<Request> before = parked.get(request.change.key());
    if (before != null) {
      before.add(request);
    } else if (batch.putIfAbsent(request.change.key(), request) != null) {
      waiting.add(request);
    }
  }

  private void write(StoreSession session) throws SQLException {
    List<Request> requests = List.copyOf(batch.values());
    long startNanos = System.nanoTime();
    boolean[] found;
    try {
      found = session.write(requests.stream().map(request -> request.change).toList());
    } catch (SQLException failure) {
      giveUpOrKeep(requests, failure);
      throw failure;
    } catch (RuntimeException | Error failure) {
      // A batch that is too large for the heap, for one, must not be tried as a whole again.
      giveUpOrKeep(requests, new SQLException(failure.toString(), failure));
      throw failure;
    }
    batch.clear();
    Counts.record(counts.commitNanos, System.nanoTime() - startNanos);
    for (int index = 0; index < found.length; index++) {
      committed(requests.get(index), found[index]);
    }
    tell(requests);
  }

  /** What fails for one must not keep the others from being told. */
  private static void committed(Request request, boolean found) {
    try {
      request.committed(found);
    } catch (RuntimeException | Error failure) {
      report(failure);
    }
  }

  private void giveUpOrKeep(List<Request> requests, SQLException failure) {
    String state = failure.getSQLState();
    boolean temporary =
        state != null && state.length() >= 2 && TEMPORARY.contains(state.substring(0, 2));
    if (!temporary && requests.size() > 1) {
      alone.addAll(requests);
      batch.clear();
      return;
    }
    boolean repeated = temporary || store.isTransient(failure);
    List<Request> givenUp = new ArrayList<>();
    for (Request request : requests) {
      if ((isLate(request) || !repeated) && request.failed(failure)) {
        givenUp.add(request);
        batch.remove(request.change.key());
      } else if (!temporary) {
        batch.remove(request.change.key());
        parked.computeIfAbsent(request.change.key(), _ -> new ArrayDeque<>()).add(request);
      }
    }
    tell(givenUp);
  }

  /**
   * Code of users runs on other threads, because it may wait; on one for each, because it may wait
   * for another change of the same transaction.
   */
  private static void tell(List<Request> requests) {
    for (Request request : requests) {
      if (request.isAwaited()) {
        try {
          IndependentThread.virtual("tourbillon-durable-completion", request::tell).start();
        } catch (RuntimeException | Error noThread) {
          request.tell(); // Rather late than never.
        }
      }
    }
  }
}
