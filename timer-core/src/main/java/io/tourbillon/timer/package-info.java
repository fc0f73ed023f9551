/**
 * The timer service: {@link io.tourbillon.timer.TimerService}, thread-safe, on top of
 * single-threaded {@linkplain io.tourbillon.timer.wheel wheels}.
 *
 * <h2>The life of a timer</h2>
 *
 * <ol>
 *   <li><b>schedule</b> (or arm): {@code ShardedTimerService} reads the clock, rounds the deadline
 *       up to a tick by the {@code TickScale}, takes a permit from the {@code PendingLimit} if
 *       there is one, and picks the {@code Shard} of the calling thread.
 *   <li><b>arm</b>: under the shard's lock the {@code TimingWheel} notes deadline and task. With a
 *       handle the task is a {@code ScheduledTimer}, with a period a {@code PeriodicTimer}; what
 *       only some timers need is in those, and an id is all that the others have.
 *   <li>If the deadline is before what the {@code Driver} is waiting for, the {@code Waker} wakes
 *       it.
 *   <li>Cancelling and rescheduling go to the same shard, which the handle or the id names, and are
 *       decided under its lock.
 *   <li><b>advance</b>: when the tick has come, the driver's thread takes what is due out of the
 *       wheel, under the lock, into a {@code Batch} of at most 256. From here on the timer has
 *       fired.
 *   <li><b>fire</b>: outside the lock the {@code TaskRunner} runs the batch, task by task, or hands
 *       each to the executor. Exceptions end here and go to the handler.
 *   <li>{@code FollowUp} frees the permit, tells who listens, and <b>settles</b> a periodic timer:
 *       it is armed again, unless it was cancelled while it ran, is to stop after an exception, or
 *       the service was shut down.
 *   <li><b>shutdownNow</b> takes what is left out of the shards, and {@code HandBack} returns it.
 * </ol>
 *
 * <h2>Who owns what</h2>
 *
 * <table>
 *   <caption>Threads and data</caption>
 *   <tr><th>data</th><th>written by</th><th>guarded by</th></tr>
 *   <tr><td>wheel, states of timers, counts and measures</td><td>callers and driver</td><td>the shard's lock</td></tr>
 *   <tr><td>batch</td><td>driver</td><td>its being the driver's own</td></tr>
 *   <tr><td>the tick that the driver waits for</td><td>driver</td><td>see {@code Waker}</td></tr>
 *   <tr><td>permits</td><td>callers and driver</td><td>compare-and-set</td></tr>
 *   <tr><td>the serial number of the running task</td><td>driver</td><td>see {@code Watchdog}</td></tr>
 * </table>
 *
 * <p>No task, listener, handler or executor is ever called under a lock, and no lock is taken under
 * another.
 *
 * <h2>What can be seen from outside</h2>
 *
 * <p>{@link io.tourbillon.timer.TimerService#stats} says what has happened so far, if the service
 * was built to record it. Counts and histograms are in each shard's {@code ShardStats}, under the
 * shard's lock, which whoever has something to record holds anyway, but for the wait and run time
 * of a task, of which large batches give samples. How many timers were scheduled and cancelled
 * follows from what the wheel and the shard know without that, so that arming and cancelling cost
 * the same with and without statistics. {@code StatsSnapshot} sums up the shards, one after the
 * other.
 *
 * <p>The JDK's flight recorder takes these events, whether or not statistics are recorded, and
 * nothing has to be asked of the service for it:
 *
 * <table>
 *   <caption>Events, in the category Tourbillon</caption>
 *   <tr><th>event</th><th>when</th><th>fields</th></tr>
 *   <tr><td>{@code tourbillon.SlowTask}</td><td>a task ran for longer than the recording's
 *       threshold, 10 ms by default</td><td>task, timerId, waitTime, runTime</td></tr>
 *   <tr><td>{@code tourbillon.LateTimer}</td><td>timers were taken out of the wheel more than 10 ms
 *       late; one event for all of a batch</td><td>timerId and lateness of the latest,
 *       lateTimers</td></tr>
 *   <tr><td>{@code tourbillon.Pause}</td><td>the driver was late by the service's pauseThreshold,
 *       through no task's fault</td><td>lateBy</td></tr>
 *   <tr><td>{@code tourbillon.Stall}</td><td>the watchdog, if there is one, has found a task that
 *       holds the driver</td><td>driver, heldFor, driverStack</td></tr>
 * </table>
 *
 * <pre>
 *   jcmd PID JFR.start name=timers
 *   jcmd PID JFR.dump name=timers filename=timers.jfr
 *   jfr print --categories Tourbillon timers.jfr
 * </pre>
 *
 * <p>A recording that says nothing of them takes all four. While nothing is recorded they cost the
 * reading of a flag a batch. While slow tasks are, every run is timed, by the service's clock and
 * by the recorder's. Settings are those of any event, after a plus sign as no configuration of the
 * JDK knows them: {@code JFR.start +tourbillon.SlowTask#threshold=1ms}, {@code
 * +tourbillon.LateTimer#enabled=false}. In a runtime without the module {@code jdk.jfr} there are
 * no events; a modular program may need {@code --add-modules jdk.jfr}.
 *
 * <h2>What differs from other timers, on purpose</h2>
 *
 * <ul>
 *   <li>Timers of one tick fire in no particular order. Keeping the order of arrival across
 *       cascades would cost a sort that nobody asked for.
 *   <li>A cancel that comes after a batch has taken the timer answers false although the task may
 *       not have begun. Asking again before each task would put an atomic operation into every
 *       firing.
 *   <li>Lateness in the statistics is counted from the end of the tick, as wheels keep ticks and
 *       not nanoseconds; the requested deadline is up to a tick before.
 *   <li>An entry's page is given back when the last of its 1024 timers has ended: a few timers that
 *       stay can hold on to more memory than they need.
 * </ul>
 */
@NullMarked
package io.tourbillon.timer;

import org.jspecify.annotations.NullMarked;
