package io.tourbillon.timer;

import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;

/**
 * Timers that are a number each, with one handler for all: for tables of connections or sessions
 * and for caches, where a timer means that connection 4711 is idle. {@link TimerService#longTimers}
 * makes it. There is no object for a timer, so nothing is allocated for one and the garbage
 * collector has nothing to trace. A pending timer takes 29 bytes, its payload included, and up to
 * 44 after many cancels in random order. There is no place for more: a {@link TaskDecorator} does
 * not apply, and no creation site is recorded.
 *
 * <pre>{@code
 * final class Connections {
 *   private final AtomicReferenceArray<Connection> table = new AtomicReferenceArray<>(100_000);
 *   private final LongTimers idle;
 *
 *   Connections(TimerService timers) {
 *     idle = timers.longTimers(this::expired, TimerOptions.tagged("idle connections"));
 *   }
 *
 *   void opened(Connection connection) {
 *     table.set(connection.number(), connection);
 *     connection.timer = idle.arm(30, TimeUnit.SECONDS, connection.key());
 *   }
 *
 *   void received(Connection connection) {
 *     idle.rearm(connection.timer, 30, TimeUnit.SECONDS);   // false if it has just expired
 *   }
 *
 *   void closed(Connection connection) {
 *     table.set(connection.number(), null);
 *     idle.cancel(connection.timer);
 *   }
 *
 *   // A key is the number of a place in the table and, above it, how many connections it has had:
 *   // the place may have a new tenant when a timer that has fired gets here.
 *   private void expired(long key) {
 *     Connection connection = table.get((int) key);
 *     if (connection != null && connection.key() == key) {
 *       connection.close();
 *     }
 *   }
 * }
 * }</pre>
 *
 * <p><b>The contract is that of the service</b> for timers that are known by their ids: never
 * early, in the order of ticks among all timers of the service, refused above {@link
 * TimerService.Builder#maxPending} and after a shutdown, shown in statistics and, with the tag, in
 * {@link TimerDump}. A timer has fired when the driver has taken it into a batch of due timers;
 * from then on it cannot be cancelled. Every accepted timer ends in exactly one way: fired,
 * cancelled, or handed back by {@link #shutdownNow} or {@link TimerService#shutdownNow}.
 *
 * <p>The handler runs where tasks of the service run, on the driver or in its executor, where it
 * may run in several threads at a time. For the executor, each timer that fires gets a {@link
 * Task}; on the driver nothing is allocated. What the handler throws goes to the {@link
 * TimerExceptionHandler} with a Task that tells the payload.
 *
 * <p>Ids are known to the LongTimers that has given them. To other LongTimers of the service, and
 * to {@link TimerService#cancel(long)}, they are stale. All methods may be called by any thread,
 * and from inside the handler.
 *
 * <p>Arming, cancelling and rearming cost what {@link TimerService#arm} and its companions do. A
 * service whose LongTimers are in use looks at one more wheel in each shard for each of them, some
 * 10 ns for each tick in which something is due.
 */
public interface LongTimers extends AutoCloseable {
  /**
   * Calls the handler with the payload once, after a delay. Allocates nothing.
   *
   * @param delay in the unit; zero or less fires at the next tick, and a delay that overflows
   *     counts as the longest delay
   * @param payload any number; timers may have the same
   * @return an id for {@link #cancel} and {@link #rearm}, below 0 and unlike that of any other
   *     timer of the service. It becomes stale when the timer ends
   * @throws RejectedExecutionException after a shutdown of this or of the service, if as many
   *     timers are pending as {@link TimerService.Builder#maxPending} allows, or if 67 million
   *     timers of this kind are pending in the shard of this thread
   */
  long arm(long delay, TimeUnit unit, long payload);

  /**
   * Calls the handler with the payload once, at a time of the service's clock. This form does not
   * read the clock. A time that has passed fires at once or at the next tick.
   *
   * @param deadlineNanos a time of {@link Clock#nanoTime}, by default of {@link System#nanoTime},
   *     less than 292 years from now
   * @return an id, as for {@link #arm}
   * @throws RejectedExecutionException as for {@link #arm}
   */
  long armAt(long deadlineNanos, long payload);

  /**
   * Cancels a timer before it fires.
   *
   * @param id the id that {@link #arm} returned; a stale id, or a number that was never an id,
   *     names no timer. The result for an id whose bits were changed is undefined
   * @return true if this call ended the timer; false if a batch has taken it to fire, or if another
   *     call or a shutdown has ended it
   */
  boolean cancel(long id);

  /**
   * Gives a pending timer a new delay, counted from now. It keeps its id. Making a deadline later
   * is the cheapest of all operations.
   *
   * @param id as for {@link #cancel}
   * @param delay as for {@link #arm}
   * @return false if the timer had ended; it is not revived
   */
  boolean rearm(long id, long delay, TimeUnit unit);

  /**
   * The number of timers of this view that were accepted and have not ended. Operations that are
   * running at the same time may be counted or not. Takes the lock of each shard for a moment.
   */
  long pending();

  /**
   * Ends every pending timer of this view and refuses new ones; the service and its other timers go
   * on. Takes time in proportion to the number of timers pending; timers that become due meanwhile
   * may fire. The handler still runs for timers that the driver has taken into a batch or handed to
   * the executor. A second call returns nothing, unless there were too many timers for one array.
   *
   * <p>A shutdown of the service does the same to this view, but hands the timers back by itself:
   * {@link TimerService#shutdownNow} returns them as {@link Task}s.
   *
   * @return the payloads of the timers that were handed back, in no particular order
   * @throws OutOfMemoryError if there is no memory for them; no timer has ended then
   */
  long[] shutdownNow();

  /**
   * Ends the pending timers, as {@link #shutdownNow} does. Call it when the timers are no longer
   * needed and the service goes on: until then, the service keeps the handler and some 80 KB, and
   * looks at these timers in each of its turns.
   */
  @Override
  void close();

  /** Whether {@link #shutdownNow} was called, or the service was shut down. */
  boolean isShutdown();

  /**
   * A payload as a task, where the service needs one: for a {@link TimerExceptionHandler}, in the
   * result of {@link TimerService#shutdownNow}, and in the queue of an executor. Running it calls
   * the handler with the payload.
   */
  interface Task extends Runnable {
    /** The payload that was armed. */
    long payload();

    /** The handler of the timers to which it belongs. */
    LongConsumer handler();
  }
}
