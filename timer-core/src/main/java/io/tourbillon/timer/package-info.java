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
 *   <li><b>advance</b>: when the tick has come, the driver's thread takes what is due in that tick
 *       out of each wheel, under the lock, into a {@code Batch} of at most 256. A timer without a
 *       handle has fired now.
 *   <li><b>fire</b>: outside the lock the {@code TaskRunner} runs the batch, task by task, or hands
 *       each to the executor as a {@code HandedOver}. A timer with a handle has fired when its task
 *       <b>begins</b>; until then it can be cancelled. Exceptions end here and go to the handler.
 *   <li>{@code FollowUp} frees the permit, tells the listener, and <b>settles</b> a periodic timer:
 *       it is armed again, unless it was cancelled while it ran, is to stop after an exception, or
 *       the service was shut down.
 *   <li><b>shutdownNow</b> takes what is left out of the shards, and {@code HandBack} returns it.
 * </ol>
 *
 * <h2>The timers of executor views</h2>
 *
 * <p>The tasks of a {@link io.tourbillon.timer.ScheduledExecutorView} run in the exact order of the
 * JDK's executors, which shards cannot give. So the views of a service share one {@code
 * OrderedShard}: an {@link io.tourbillon.timer.internal.ordered.OrderedQueue} and its lock. The
 * driver takes its timers out one by one, each before the other timers of its tick.
 *
 * <p>What this order costs: one lock for all threads that submit, as in the JDK's own executor; a
 * move from the wheel into a heap for each delayed task, and the sorting of those that are due in
 * one tick; a sequence number. A task without a delay costs neither wheel nor heap: it is linked
 * into a list, and the driver runs it as soon as it is free. The other timers of a service pay
 * nothing: the driver looks at this shard as at any other, and at none before the first view.
 *
 * <h2>What the driver survives</h2>
 *
 * <ul>
 *   <li><b>A full heap.</b> Whatever allocates does so before it changes anything. The driver gives
 *       up memory that it has reserved, waits a millisecond, and does the turn again. What must not
 *       fail between being taken out of a wheel and being run needs no memory, or waits for it.
 *   <li><b>A full stack of a caller.</b> Each operation first makes sure that there is room for all
 *       that it calls, see {@link io.tourbillon.timer.internal.StackReserve}.
 *   <li><b>Either at the first use of an operation.</b> A class that cannot be initialised stays
 *       unusable, so {@code FirstUse} initialises all of them while a service or a view is made.
 *       There are no lambdas on the way of an operation.
 *   <li><b>What users' code throws</b>, be it a task, a listener, a handler, a logger, an executor,
 *       or a {@code toString}.
 *   <li>A bug of its own ends the driver. Then every shard refuses timers, before anything else is
 *       done, and what was pending is handed back.
 * </ul>
 *
 * <h2>Who owns what</h2>
 *
 * <table>
 *   <caption>Threads and data</caption>
 *   <tr><th>data</th><th>written by</th><th>guarded by</th></tr>
 *   <tr><td>wheel, phases of timers, counts and measures</td><td>callers and driver</td><td>the shard's lock; the phase TAKEN is left by compare-and-set, see {@code ScheduledTimer}</td></tr>
 *   <tr><td>queue of the views</td><td>callers and driver</td><td>its lock</td></tr>
 *   <tr><td>a task that was handed over</td><td>driver and executor</td><td>its monitor, see {@code HandedOver}</td></tr>
 *   <tr><td>batch</td><td>driver</td><td>its being the driver's own</td></tr>
 *   <tr><td>the tick that the driver waits for</td><td>driver, and callers while it searches</td><td>see {@code Waker}</td></tr>
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
 * <p>A recording that says nothing of them takes all four. One that begins while a service runs
 * takes them from some milliseconds on: until something uses the recorder, a service does not touch
 * it, as that would hold up the first timer by a hundred milliseconds. While nothing is recorded
 * they cost the reading of a flag or two a batch. While slow tasks are, every run is timed, by the
 * service's clock and by the recorder's. Settings are those of any event, after a plus sign as no
 * configuration of the JDK knows them: {@code JFR.start +tourbillon.SlowTask#threshold=1ms}, {@code
 * +tourbillon.LateTimer#enabled=false}. In a runtime without the module {@code jdk.jfr} there are
 * no events; a modular program may need {@code --add-modules jdk.jfr}.
 *
 * <h2>What differs from other timers, on purpose</h2>
 *
 * <ul>
 *   <li>Timers of one tick fire in no particular order, but for the tasks of executor views. Those
 *       of different ticks fire in the order of their ticks, from whichever shard. For that the
 *       driver looks at every shard once for each tick in which something is due, which it did
 *       before: some 20 ns a shard.
 *   <li>A cancel by id that comes after a batch has taken the timer answers false although the task
 *       may not have begun: an id has no object that could say so. A handle has, and leaving its
 *       phase costs a compare-and-set a firing.
 *   <li>Lateness in the statistics is counted from the end of the tick, as wheels keep ticks and
 *       not nanoseconds; the requested deadline is up to a tick before.
 *   <li>An entry's page is given back when the last of its 1024 timers has ended: a few timers that
 *       stay can hold on to more memory than they need.
 * </ul>
 */
@NullMarked
package io.tourbillon.timer;

import org.jspecify.annotations.NullMarked;
