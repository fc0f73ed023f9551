package io.tourbillon.timer;

import java.util.List;

/**
 * A timer service without a thread, for event loops, game loops and selector loops: a loop of the
 * user polls it, and the tasks run in that loop.
 *
 * <p>The contract of {@link TimerService} holds, with the thread that polls in the place of the
 * driver. There are two kinds.
 *
 * <p><b>Confined</b> ({@link TimerService#polled}, {@link TimerService.Builder#buildPolled()}). One
 * thread uses the service, and no operation takes a lock. The owner is the first thread that
 * schedules, polls or looks: so one thread may build a service for another, but the first timer
 * should be scheduled in the loop. A call by any other thread throws an {@link
 * IllegalStateException} that names both threads, and changes nothing; only {@link #isShutdown},
 * {@code toString}, {@link #asScheduledExecutor} and {@link #delayedExecutor} may be called by all.
 * An owner stays the owner, even if its thread ends. Meters that another thread reads need a shared
 * service.
 *
 * <pre>{@code
 * PolledTimerService timers = TimerService.polled(Clock.system());
 * while (running) {
 *   timers.poll(1000);                       // fires what is due, in this thread
 *   update();                                // may schedule and cancel
 *   LockSupport.parkNanos(Math.min(timers.nanosToNextEvent(), frameNanos));
 * }
 * }</pre>
 *
 * <p><b>Shared</b> ({@link TimerService.Builder#buildPolled(Runnable)}). Any thread may schedule
 * and cancel; one at a time may poll. If a timer is armed that is earlier than the event that the
 * loop has last asked for, the thread that arms it calls the wakeup of the loop.
 *
 * <pre>{@code
 * Selector selector = Selector.open();
 * PolledTimerService timers = TimerService.builder().buildPolled(selector::wakeup);
 * while (!timers.isShutdown()) {
 *   timers.poll(1000);
 *   long nanos = timers.nanosToNextEvent();  // the last question before the loop rests
 *   if (nanos == 0) {
 *     selector.selectNow(this::handle);
 *   } else {
 *     selector.select(this::handle, Math.ceilDiv(nanos, 1_000_000));
 *   }
 * }
 * }</pre>
 *
 * <p><b>What the loop must do.</b> It asks {@link #nanosToNextEvent} before each rest, and polls
 * after it. It never waits for a task of this service, as nobody else would run it: a {@code get}
 * of a future, {@code invokeAll} or {@code awaitTermination} in the loop waits for ever, or until
 * its timeout. {@link #close}, also that of an executor view, does not wait in the loop.
 *
 * <p><b>Interrupts.</b> A task does not see that the thread was interrupted before it; the
 * interrupt status is restored when the poll ends.
 *
 * <p><b>Futures</b> of a confined service may be completed by any thread. But only the owner can
 * cancel the timer behind a future, so the timer of a future that another thread has completed
 * stays pending until it is due.
 *
 * <p><b>Pauses</b> are noticed while a poll takes timers out of the wheel, but not while the loop
 * rests: {@link TimerService#overdue} tells how late it is.
 *
 * <p><b>Tests.</b> A polled service does not hold a {@link VirtualClock} up, and nothing fires
 * while time advances. {@code clock.advance(...)} and then {@code poll} is all that is needed.
 *
 * <p>A service that is no longer reachable is garbage, together with its pending timers, and needs
 * no close.
 */
public interface PolledTimerService extends TimerService {
  /**
   * Fires the timers that are due, tick after tick, in the calling thread. Timers that become due
   * during the call fire in the next one, so the call ends even if a task schedules again without a
   * delay. (By a clock that stands still, tasks without a delay that a task adds to an executor
   * view run in the same call, until the budget is used up.) If nothing is due, this takes some ten
   * nanoseconds for each shard; a confined service has one, a shared one about as many as there are
   * processors. Also gives memory back, a little in each call, when a peak is over.
   *
   * <p>Throws nothing that a task throws. If the heap is full, it fires as many as it can, waits a
   * millisecond and returns; the next call goes on. After a shutdown it does nothing.
   *
   * @param budget how many timers to fire at most, at least 1. With a small budget the loop gets
   *     its turn earlier, and a large one costs less for each timer
   * @return how many timers were taken out to fire. If that is the budget, there may be more. A
   *     timer that a task of the same call has cancelled or rescheduled in time counts as well
   * @throws IllegalArgumentException if the budget is less than 1
   * @throws IllegalStateException if called by a task of this service, while another thread polls,
   *     or by a thread that is not the owner
   */
  int poll(int budget);

  /**
   * How long the loop may rest: the time until the next call of {@link #poll} has something to do.
   * That may be earlier than the next timer, because now and then the wheel has to move timers that
   * are far away, or memory can be given back. Costs as much as a poll with nothing due.
   *
   * <p>From this call on, a shared service calls its wakeup for each timer that is armed for an
   * earlier time, until the next call of {@link #poll}.
   *
   * @return nanoseconds by the service's clock; 0 if something is due, {@link Long#MAX_VALUE} if
   *     nothing is pending or the service was shut down
   * @throws IllegalStateException as for {@link #poll}
   */
  long nanosToNextEvent();

  /**
   * As for any service; ends no thread. A shared service calls its wakeup, so that the loop can see
   * the shutdown.
   */
  @Override
  List<Runnable> shutdownNow();

  /**
   * Does what {@link #shutdownNow} does. If another thread is polling, waits until its poll has
   * ended, as {@link TimerService#close} waits for the driver.
   */
  @Override
  void close();
}
