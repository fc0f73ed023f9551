package io.tourbillon.timer.internal.writer;

import io.tourbillon.timer.internal.IndependentThread;
import io.tourbillon.timer.internal.store.Change;
import io.tourbillon.timer.internal.store.FailureKind;
import io.tourbillon.timer.internal.store.Store;
import io.tourbillon.timer.internal.store.StoreSession;
import io.tourbillon.timer.internal.store.TimerKey;
import java.sql.SQLException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongConsumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Makes the changes of all callers, many in a transaction: while one is committed, the next ones
 * gather. Changes of the same key keep their order, because a transaction holds one of each key. Of
 * several schedules of a key that come together, the last one is written, and all end with it.
 *
 * <p>A batch that has failed because of the database is tried again as it is. One that may have
 * failed because of a single row is {@link Parked}. If nobody knows whether it was committed, the
 * loop asks the table before it writes anything else, so that no change is made twice.
 */
public final class GroupWriter extends SessionLoop {
  private static final int MOST_IN_A_TRANSACTION = 1_000;

  /** A larger payload has a transaction of its own. */
  private static final int MOST_BYTES_IN_A_TRANSACTION = 4 << 20;

  private static final long WAIT_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

  /** A transaction of which nobody knows whether it was committed. */
  private record Unresolved(
      long number, List<Request> requests, FailureKind kind, long sinceNanos) {}

  private final String node;
  private final LongConsumer commitNanos;
  private final long limitNanos;
  private final Submitted submitted;

  // Only the thread of the loop uses these, and the thread that closes when the loop has ended.
  private final Batch batch;
  private final Parked parked = new Parked(MOST_IN_A_TRANSACTION);
  private long number;
  private @Nullable Unresolved unresolved;

  /** Whether the loop has ended, or the thread that closes waits no longer. Set by the first. */
  private final AtomicBoolean oneHasEnded = new AtomicBoolean();

  /**
   * Makes the writer of a node.
   *
   * @param mostWaiting how many changes may wait; more are refused
   * @param mostBytes how many bytes they may have
   * @param limitNanos how long a change is tried while the database fails
   * @param commitNanos gets the time of each transaction
   */
  public GroupWriter(
      Store store,
      int timeoutMillis,
      String node,
      int mostWaiting,
      long mostBytes,
      long limitNanos,
      LongConsumer commitNanos) {
    super(store, timeoutMillis);
    this.node = node;
    this.limitNanos = limitNanos;
    this.commitNanos = commitNanos;
    this.submitted = new Submitted(mostWaiting, mostBytes);
    this.batch = new Batch(submitted, parked, MOST_IN_A_TRANSACTION, MOST_BYTES_IN_A_TRANSACTION);
  }

  /**
   * Adds a change of a user.
   *
   * @throws RejectedExecutionException if too many wait, or the writer is closed
   */
  public void submit(Request request) {
    submitted.add(request);
  }

  /** Adds a change, and waits until there is room for it. */
  public void submitPatiently(Request request) throws InterruptedException {
    submitted.addPatiently(request);
  }

  /**
   * Adds the end of a firing, which must not get lost, and waits if necessary. An interrupt does
   * not end the wait, because a handler may leave its status set. Dropped if the loop has ended.
   */
  public void submitEnd(Request request) {
    submitted.addEnd(request);
  }

  /** How many changes wait for their transaction. */
  public int waiting() {
    return submitted.size();
  }

  /** Ends the loop when all that was submitted has been written. */
  public void close() {
    submitted.close();
  }

  /** Fails all that is left. Called by the thread that closes, after it has waited for the loop. */
  public void failRest() {
    SQLException closed = closed();
    for (Request request : submitted.end()) {
      giveUp(request, closed);
    }
    failWhatIsTaken();
  }

  @Override
  protected void stopped() {
    failWhatIsTaken();
  }

  /** Of the loop and the thread that closes, the second to come here has all to itself. */
  private void failWhatIsTaken() {
    if (!oneHasEnded.compareAndSet(false, true)) {
      SQLException closed = closed();
      batch.removeIf(request -> giveUp(request, closed));
      parked.removeIf(request -> giveUp(request, closed));
    }
  }

  private static SQLException closed() {
    return new SQLException("the durable timers were closed before it was written");
  }

  /**
   * Gives up what has waited for longer than its limit, wherever it waits; all of it if the tables
   * are damaged.
   */
  @Override
  protected void failing(Throwable failure) {
    SQLException cause = asSql(failure);
    Predicate<Request> judge =
        request -> {
          giveUpReplaced(request, cause);
          return isOver(request) && giveUp(request, cause);
        };
    submitted.removeIf(judge);
    batch.removeIf(judge);
    parked.removeIf(judge);
  }

  private static SQLException asSql(Throwable failure) {
    return failure instanceof SQLException known
        ? known
        : new SQLException(failure.toString(), failure);
  }

  private boolean isOver(Request request) {
    return System.nanoTime() - request.atNanos >= limitNanos || store.isDamaged();
  }

  /** Gives a request up, unless it is one that is never given up. Returns whether it has. */
  private boolean giveUp(Request request, SQLException cause) {
    if (!acceptsFailure(request, cause)) {
      return false;
    }
    request.givenUp = true;
    submitted.finished(request);
    tell(request);
    giveUpReplaced(request, cause);
    return true;
  }

  /** Gives up what a request has replaced, as far as it is over; all if the request is given up. */
  private void giveUpReplaced(Request request, SQLException cause) {
    Request last = request;
    Request next = last.replaced;
    while (next != null && !request.givenUp && !isOver(next)) {
      last = next;
      next = last.replaced;
    }
    last.replaced = null;
    while (next != null && acceptsFailure(next, cause)) {
      submitted.finished(next);
      tell(next);
      next = next.replaced;
    }
  }

  /** A request that can not even fail must not hold up the others. */
  private static boolean acceptsFailure(Request request, SQLException cause) {
    try {
      return request.failed(cause);
    } catch (RuntimeException | Error failure) {
      report(failure);
      return true;
    }
  }

  @Override
  protected boolean hasEnded() {
    if (store.isDamaged() && submitted.isClosed()) {
      return true; // Ends of firings, which are never given up, can not be written any more.
    }
    return submitted.isClosedAndEmpty()
        && !batch.holdsSomething()
        && parked.isEmpty()
        && unresolved == null;
  }

  @Override
  protected void turn(StoreSession session) throws SQLException, InterruptedException {
    Unresolved open = unresolved;
    if (open != null) {
      resolve(session, open);
    }
    if (parked.isDue(System.nanoTime())) {
      tryParked(session);
    }
    if (batch.isEmpty()) {
      batch.fill(WAIT_NANOS);
    }
    if (!batch.isEmpty() && unresolved == null) {
      write(session, batch.requests(), false);
    }
  }

  private void tryParked(StoreSession session) throws SQLException {
    long nowNanos = System.nanoTime();
    List<TimerKey> candidates = parked.candidates();
    List<Request> trial =
        parked.trial(candidates, lockedOf(session, candidates), MOST_BYTES_IN_A_TRANSACTION);
    if (trial.isEmpty()) {
      parked.pause(nowNanos);
      failing(new SQLException("another transaction holds the lock of the row"));
    } else {
      write(session, trial, true);
    }
  }

  private Set<TimerKey> lockedOf(StoreSession session, List<TimerKey> keys) throws SQLException {
    try {
      return session.locked(keys);
    } catch (SQLException failure) {
      if (store.kindOf(failure) == FailureKind.WHOLE || !session.isUsable()) {
        throw failure;
      }
      return Set.of(); // The trial tells.
    }
  }

  private void write(StoreSession session, List<Request> requests, boolean trial)
      throws SQLException {
    store.requireSound(); // The batch may have waited for its first change.
    List<Change> changes = changesOf(requests);
    long startNanos = System.nanoTime();
    number++;
    boolean[] found;
    try {
      found = session.write(node, number, changes);
    } catch (SQLException failure) {
      FailureKind kind = store.kindOf(failure);
      boolean ambiguous = store.isAmbiguous(failure) && isHarmfulTwice(changes);
      failed(requests, trial, failure, kind, ambiguous, startNanos);
      if (kind == FailureKind.WHOLE || ambiguous || !session.isUsable()) {
        throw failure;
      }
      return;
    } catch (RuntimeException | Error failure) {
      // A batch that is too large for the heap, for one, must not be tried as a whole again.
      failed(requests, trial, asSql(failure), FailureKind.EACH, true, startNanos);
      throw failure;
    }
    long tookNanos = System.nanoTime() - startNanos;
    written(requests, found, startNanos);
    commitNanos.accept(tookNanos);
  }

  private static List<Change> changesOf(List<Request> requests) {
    return requests.stream().map(Request::change).toList();
  }

  /** Whether it makes a difference to write them again after they were committed. */
  private static boolean isHarmfulTwice(List<Change> changes) {
    return changes.stream()
        .anyMatch(change -> change instanceof Change.Put || change instanceof Change.Cancel);
  }

  /** Removes changes from wherever they wait, and tells. */
  private void written(List<Request> requests, boolean[] found, long sinceNanos) {
    parked.succeeded(requests);
    for (int index = 0; index < found.length; index++) {
      Request request = requests.get(index);
      batch.remove(request);
      committed(request, found[index], sinceNanos);
      if (!request.givenUp) {
        submitted.finished(request);
        tell(request);
      }
      for (Request each = request.replaced; each != null; each = each.replaced) {
        committedAsReplaced(each);
        submitted.finished(each);
        tell(each);
      }
    }
  }

  /** What fails for one must not keep the others from being told. */
  private static void committed(Request request, boolean found, long sinceNanos) {
    try {
      request.committed(found, sinceNanos);
    } catch (RuntimeException | Error failure) {
      report(failure);
    }
  }

  private static void committedAsReplaced(Request request) {
    try {
      request.committedAsReplaced();
    } catch (RuntimeException | Error failure) {
      report(failure);
    }
  }

  private void failed(
      List<Request> requests,
      boolean trial,
      SQLException failure,
      FailureKind kind,
      boolean ambiguous,
      long sinceNanos) {
    if (ambiguous) {
      unresolved = new Unresolved(number, requests, kind, sinceNanos);
      if (trial) {
        parked.failed(requests, System.nanoTime());
      }
      return;
    }
    if (kind == FailureKind.REFUSED
        && requests.size() == 1
        && giveUp(requests.getFirst(), failure)) {
      batch.remove(requests.getFirst());
      parked.remove(requests.getFirst());
      return;
    }
    if (trial) {
      parked.failed(requests, System.nanoTime());
    } else if (kind != FailureKind.WHOLE) {
      parkBatch();
    }
    failing(failure);
  }

  private void parkBatch() {
    List<Request> failed = batch.requests();
    for (Request request : failed) {
      parked.add(request);
      batch.remove(request); // One by one: a full heap must not leave any in both places.
    }
    parked.halve(failed.size(), System.nanoTime());
  }

  /** Finds out whether a transaction was committed, and goes on accordingly. */
  private void resolve(StoreSession session, Unresolved open) throws SQLException {
    boolean[] found = session.outcome(node, open.number, changesOf(open.requests));
    unresolved = null;
    if (found != null) {
      written(open.requests, found, open.sinceNanos);
    } else if (open.kind != FailureKind.WHOLE && !batch.isEmpty()) {
      parkBatch();
    }
  }

  /**
   * Code of users runs on other threads, because it may wait; on one for each, because it may wait
   * for another change of the same transaction.
   */
  private static void tell(Request request) {
    if (request.isAwaited()) {
      try {
        IndependentThread.virtual("tourbillon-durable-completion", request::tell).start();
      } catch (RuntimeException | Error noThread) {
        tellHere(request); // Rather late than never.
      }
    }
  }

  /** What fails for one must not keep the others from being told. */
  private static void tellHere(Request request) {
    try {
      request.tell();
    } catch (RuntimeException | Error failure) {
      report(failure);
    }
  }
}
